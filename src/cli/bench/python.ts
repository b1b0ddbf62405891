import { spawnSync } from 'node:child_process';

const CANDIDATES = ['python3', 'python', '/usr/bin/python3'];
const HAS_TORCH = "import importlib.util as u, sys; sys.exit(0 if u.find_spec('torch') else 1)";

/** A Python interpreter that has PyTorch, or undefined. `PYTHON` names one. */
export function pythonWithTorch(): string | undefined {
  const named = process.env.PYTHON;
  const candidates = named ? [named] : CANDIDATES;
  return candidates.find((python) => spawnSync(python, ['-c', HAS_TORCH], { stdio: 'ignore' }).status === 0);
}
