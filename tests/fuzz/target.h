/* Fuzz targets: one function each, which libFuzzer calls with bytes of its own (`meson -Dfuzz=true`, clang)
 * and replay.c with those of the corpus (in every build, as a test).
 *
 * A target takes any bytes.  It aborts when something is wrong that no sanitizer would see.
 */
#ifndef SAT_FUZZ_TARGET_H
#define SAT_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
