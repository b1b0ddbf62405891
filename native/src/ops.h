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
Exports optimExports();
Exports randomExports();

}  // namespace ldm
