#pragma once
// The groups of operations, one file each.

#include "marshal.h"

namespace ldm {

Exports runtimeExports();
Exports deviceExports();
Exports unaryExports();
Exports binaryExports();
Exports reduceExports();
Exports matmulExports();
Exports convExports();
Exports poolExports();
Exports resizeExports();
Exports layoutExports();
Exports indexingExports();
Exports normExports();
Exports attentionExports();

Exports layerNormExports();
Exports activationExports();
Exports upsampleConvExports();
Exports lossExports();
Exports optimExports();
Exports randomExports();
Exports conv3dExports();
Exports poolWindowExports();
Exports resizeBilinearExports();
Exports scatterExports();
Exports sortExports();
Exports fftExports();
Exports channelNormExports();
Exports blocksExports();
Exports sequenceExports();
Exports pixelExports();

}  // namespace ldm
