#!/bin/bash -eu
# OSS-Fuzz runs this in its container; $SRC, $OUT and $SANITIZER are set, and cargo is a nightly one
# with cargo-fuzz. For each target: the binary, its seeds, its dictionary and its options.

cd "$SRC/adjoin/fuzz"
cargo fuzz build -O --debug-assertions --sanitizer "${SANITIZER:-address}"
built="target/$(rustc -vV | sed -n 's/^host: //p')/release"

for source in fuzz_targets/*.rs; do
  target=$(basename "$source" .rs)
  cp "$built/$target" "$OUT/"
  (cd "seeds/$target" && zip -q -r "$OUT/${target}_seed_corpus.zip" .)
  read -r longest words < <(awk -v target="$target" \
    '$1 == target { print $2, $3; found = 1 } END { if (!found) print 4096, target }' options.tsv)
  if [ -f "dictionaries/$words.dict" ]; then
    cp "dictionaries/$words.dict" "$OUT/$target.dict"
  fi
  printf '[libfuzzer]\nmax_len = %s\ntimeout = 10\n' "$longest" > "$OUT/$target.options"
done
