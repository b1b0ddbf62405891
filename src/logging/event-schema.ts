import protobuf from 'protobufjs/light.js';
import type { Histogram } from './logger.js';

/**
 * The part of TensorBoard's protocol that is written here: tensorflow/core/util/event.proto, framework/summary.proto,
 * framework/histogram.proto and framework/tensor.proto, and tensorboard/plugins/hparams/plugin_data.proto, with their
 * field numbers.
 */
const root = protobuf.Root.fromJSON({
  nested: {
    Event: {
      oneofs: { what: { oneof: ['fileVersion', 'summary', 'sessionLog'] } },
      fields: {
        wallTime: { type: 'double', id: 1 },
        step: { type: 'int64', id: 2 },
        fileVersion: { type: 'string', id: 3 },
        summary: { type: 'Summary', id: 5 },
        sessionLog: { type: 'SessionLog', id: 7 },
      },
    },
    SessionLog: { fields: { status: { type: 'int32', id: 1 } } },
    Summary: {
      fields: { value: { rule: 'repeated', type: 'Value', id: 1 } },
      nested: {
        Value: {
          oneofs: { value: { oneof: ['simpleValue', 'image', 'histo', 'tensor'] } },
          fields: {
            tag: { type: 'string', id: 1 },
            simpleValue: { type: 'float', id: 2 },
            image: { type: 'Image', id: 4 },
            histo: { type: 'HistogramProto', id: 5 },
            tensor: { type: 'TensorProto', id: 8 },
            metadata: { type: 'SummaryMetadata', id: 9 },
          },
        },
        Image: {
          fields: {
            height: { type: 'int32', id: 1 },
            width: { type: 'int32', id: 2 },
            colorspace: { type: 'int32', id: 3 },
            encodedImageString: { type: 'bytes', id: 4 },
          },
        },
      },
    },
    SummaryMetadata: {
      fields: { pluginData: { type: 'PluginData', id: 1 }, dataClass: { type: 'int32', id: 4 } },
      nested: {
        PluginData: { fields: { pluginName: { type: 'string', id: 1 }, content: { type: 'bytes', id: 2 } } },
      },
    },
    HistogramProto: {
      fields: {
        min: { type: 'double', id: 1 },
        max: { type: 'double', id: 2 },
        num: { type: 'double', id: 3 },
        sum: { type: 'double', id: 4 },
        sumSquares: { type: 'double', id: 5 },
        bucketLimit: { rule: 'repeated', type: 'double', id: 6 },
        bucket: { rule: 'repeated', type: 'double', id: 7 },
      },
    },
    HParamsPluginData: {
      oneofs: { data: { oneof: ['sessionStartInfo', 'sessionEndInfo'] } },
      fields: {
        version: { type: 'int32', id: 1 },
        sessionStartInfo: { type: 'SessionStartInfo', id: 3 },
        sessionEndInfo: { type: 'SessionEndInfo', id: 4 },
      },
    },
    SessionStartInfo: {
      fields: {
        // A map of the protocol: on the wire, entries of a key and a value.
        hparams: { rule: 'repeated', type: 'HParamEntry', id: 1 },
        startTimeSecs: { type: 'double', id: 5 },
      },
    },
    SessionEndInfo: { fields: { status: { type: 'int32', id: 1 }, endTimeSecs: { type: 'double', id: 2 } } },
    HParamEntry: { fields: { key: { type: 'string', id: 1 }, value: { type: 'HParam', id: 2 } } },
    HParam: {
      oneofs: { kind: { oneof: ['numberValue', 'stringValue', 'boolValue'] } },
      fields: {
        numberValue: { type: 'double', id: 2 },
        stringValue: { type: 'string', id: 3 },
        boolValue: { type: 'bool', id: 4 },
      },
    },
    TensorProto: {
      fields: {
        dtype: { type: 'int32', id: 1 },
        tensorShape: { type: 'TensorShapeProto', id: 2 },
        stringVal: { rule: 'repeated', type: 'bytes', id: 8 },
      },
    },
    TensorShapeProto: {
      fields: { dim: { rule: 'repeated', type: 'Dim', id: 2 } },
      nested: { Dim: { fields: { size: { type: 'int64', id: 1 } } } },
    },
  },
});

const eventType = root.lookupType('Event');
const hparamsType = root.lookupType('HParamsPluginData');

export const DT_STRING = 7;
export const DATA_CLASS_TENSOR = 2;
export const SESSION_START = 1;

/** What TensorBoard's HParams plugin keeps of a session: a process of a run, begun or ended. */
export interface HParamsPluginData {
  readonly sessionStartInfo?: {
    readonly hparams: readonly {
      readonly key: string;
      readonly value: { numberValue: number } | { stringValue: string } | { boolValue: boolean };
    }[];
    /** Seconds since 1970. */
    readonly startTimeSecs: number;
  };
  readonly sessionEndInfo?: { readonly status: number; readonly endTimeSecs: number };
}

export interface SummaryValue {
  readonly tag: string;
  readonly simpleValue?: number;
  readonly image?: { height: number; width: number; colorspace: number; encodedImageString: Uint8Array };
  readonly histo?: Histogram;
  readonly tensor?: { dtype: number; tensorShape: { dim: { size: number }[] }; stringVal: Uint8Array[] };
  readonly metadata?: { pluginData: { pluginName: string; content?: Uint8Array }; dataClass?: number };
}

/** One record of an event file; exactly one of the last three. */
export interface TensorBoardEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step?: number;
  readonly fileVersion?: string;
  readonly summary?: { readonly value: readonly SummaryValue[] };
  readonly sessionLog?: { readonly status: number };
}

/** The event as protobuf bytes. */
export function encodeEvent(event: TensorBoardEvent): Uint8Array {
  return eventType.encode(event).finish();
}

/** The plugin's data as protobuf bytes. */
export function encodeHParams(data: HParamsPluginData): Uint8Array {
  return hparamsType.encode(data).finish();
}
