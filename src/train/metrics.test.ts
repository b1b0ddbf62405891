import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MetricCollector } from './metrics.js';

test("Lightning's names: both ways get a suffix, one way keeps the name", () => {
  const metrics = new MetricCollector('train');
  metrics.log('loss', 1, 2, { onStep: true, onEpoch: true });
  metrics.log('rate', 0.5, 2, {});
  assert.equal(metrics.takeStep().logger, { loss_step: 1, rate: 0.5 });
  assert.equal(metrics.takeEpoch().logger, { loss_epoch: 1 });
});

test('epoch means are weighted by batch size', () => {
  const metrics = new MetricCollector('validation');
  metrics.log('val/loss', 1, 3, {});
  metrics.log('val/loss', 5, 1, {});
  assert.equal(metrics.takeStep().logger, {});
  assert.equal(metrics.takeEpoch().logger, { 'val/loss': 2 });
  assert.equal(metrics.takeEpoch().logger, {});
});

test('the progress line and the loggers are asked for apart', () => {
  const metrics = new MetricCollector('train');
  metrics.log('a', 1, 1, { progBar: true, logger: false });
  metrics.log('b', 2, 1, {});
  assert.equal(metrics.takeStep(), { progBar: { a: 1 }, logger: { b: 2 } });
});

test('a saved state goes on with the means', () => {
  const first = new MetricCollector('train');
  first.log('loss', 1, 1, { onEpoch: true });
  const second = new MetricCollector('train');
  second.state = JSON.parse(JSON.stringify(first.state)) as typeof first.state;
  second.log('loss', 3, 1, { onEpoch: true });
  assert.equal(second.takeEpoch().logger, { loss_epoch: 2 });
});

test.run();
