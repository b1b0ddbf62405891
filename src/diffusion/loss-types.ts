/** Names of `loss_type`; apart from the losses, so that configs are checked without loading them. */
export const lossTypes = ['l1', 'l2', 'huber'] as const;
export type LossType = (typeof lossTypes)[number];
