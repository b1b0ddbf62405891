/**
 * A 3x3 convolution of stride 1 and padding 1 after enlarging twice by nearest neighbour.
 * Inputs `x [N, H, W, I]`, `filter [3, 3, I, O]`, `bias [O]`; output `y [N, 2H, 2W, O]`.
 */
export const UpsampleConv2d = 'UpsampleConv2d';
/** Inputs `dy`, `x`, `filter`; outputs `dx`, `dfilter`, `dbias`. */
export const UpsampleConv2dGrad = 'UpsampleConv2dGrad';
