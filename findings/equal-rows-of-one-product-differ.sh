#!/usr/bin/env bash
# Equal rows of one matrix product get unequal bits: a sentence's vector depends on its neighbours.
#
# Versions:  numpy 2.4.6 (wheel from PyPI with its own OpenBLAS, x86-64 with AVX2 or AVX-512)
# Expected:  that sums may differ with the SHAPE of a product is known, so batches are padded to one shape. Then equal rows
#            of one product, beside each other in the same call, should be equal to the bit.
# Behaviour: with OpenBLAS's kernels for Haswell (most machines without AVX-512; Zen takes the same) they are not: 96 equal
#            rows of 384 numbers give two kinds of result, in turns of six rows. With the kernels for SkylakeX, one kind.
# Why it matters: a sentence embedding that batches texts gives a text other last bits after each change of its company;
#            a score with a threshold then hangs on who else was in the batch. Padding to a fixed shape does not help.
# Way out:   give every token row a seat of the kind it has when its text is alone, or embed one text at a time.
#
# Output seen:
#   Haswell: 2 kinds, first rows AAAAAABBBBBBAAAAAABBBBBB
#   SkylakeX: 1 kind, first rows AAAAAAAAAAAAAAAAAAAAAAAA   (only where the processor has AVX-512)
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: numpy==2.4.6 2>/dev/null
cat > "$folder/kinds.py" <<'PY'
import sys

import numpy as np

draw = np.random.default_rng(0)
weight = draw.standard_normal((384, 1536), dtype=np.float32)
product = np.repeat(draw.standard_normal((1, 384), dtype=np.float32), 96, axis=0) @ weight
_, kinds = np.unique(product, axis=0, return_inverse=True)
kinds = kinds.reshape(-1)
order = list(dict.fromkeys(kinds.tolist()))
letters = "".join("ABCDEFGH"[order.index(kind)] for kind in kinds[:24])
print(f"{sys.argv[1]}: {len(order)} kind{'s' if len(order) > 1 else ''}, first rows {letters}")
raise SystemExit(0 if (len(order) > 1) == (sys.argv[2] == "several") else 1)
PY
run() { env -u OPENBLAS_L2_SIZE OPENBLAS_NUM_THREADS=1 OPENBLAS_CORETYPE="$1" "$folder/venv/bin/python" "$folder/kinds.py" "$1" "$2"; }
run Haswell several
if grep -q avx512f /proc/cpuinfo; then run SkylakeX one; fi
