/** native/src/device.cc: where tensors lie. Functions for the CPU alone carry `cpuOnly: true`. */
export interface DeviceOperations {
  /** `cpu`, `cuda:0` … */
  device(): string;
  /** `cpu`, `cuda` or `cuda:N`: where tensors are made from now on. Refused while tensors lie on another device. */
  setDevice(name: string): void;
  /** Whether LibTorch was built with CUDA, and how many GPUs it sees. */
  cuda(): { built: boolean; devices: number };
  /** TensorFloat-32 on GPUs, in the whole process. */
  setTf32(allow: boolean): void;
  /** For tests: without the loops written for the CPU, it takes the ways of other devices. */
  setLoops(enabled: boolean): void;
}
