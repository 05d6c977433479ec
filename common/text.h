/* text.h: checked printf formats, and text from files made safe to print. */
#ifndef MBT_COMMON_TEXT_H
#define MBT_COMMON_TEXT_H

#include <stddef.h>

/* Lets the compiler check the arguments of a function against its format. */
#if defined(__GNUC__)
#define MBT_PRINTF(format_index, first) __attribute__((format(printf, format_index, first)))
#else
#define MBT_PRINTF(format_index, first)
#endif

/* Both functions change text in place, keep its length in bytes, and return its number of characters. */

/* Replaces each byte that is not part of a valid UTF-8 character by '?'. */
size_t mbt_make_utf8(char *text);

/* Replaces control characters as well, so that no name can move the cursor or start a new line. */
size_t mbt_make_printable(char *text);

#endif
