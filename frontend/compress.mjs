// Trunk calls this after a build: a release server has each file of the browser app a second time
// inside, compressed as well as Brotli can, so that nothing is compressed while it serves.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const folder = process.env.TRUNK_STAGING_DIR;
if (process.env.TRUNK_PROFILE === "release") {
  for (const name of readdirSync(folder)) {
    const plain = readFileSync(join(folder, name));
    const packed = brotliCompressSync(plain, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
        [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
      },
    });
    // The page itself is sent with a policy that is computed from it, and is small.
    if (packed.length < plain.length && name !== "index.html") {
      writeFileSync(join(folder, `${name}.br`), packed);
    }
  }
}
