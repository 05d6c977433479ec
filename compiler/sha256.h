/* sha256.h: the hash of FIPS 180-4, for provenance. */
#ifndef MBT_COMPILER_SHA256_H
#define MBT_COMPILER_SHA256_H

#include <stddef.h>

#define MBT_SHA256_TEXT 65 /* 64 hexadecimal digits and the final 0 */

/* Hashes size bytes and writes the digest as lower-case hexadecimal digits. bytes may be NULL if size is 0. */
void mbt_sha256(const void *bytes, size_t size, char text[MBT_SHA256_TEXT]);

#endif
