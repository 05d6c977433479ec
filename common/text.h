/* text.h: texts that are printed, and names from files made fit for them. */
#ifndef MBT_COMMON_TEXT_H
#define MBT_COMMON_TEXT_H

#include <stddef.h>

/* Lets the compiler check the arguments of a function against its format. */
#if defined(__GNUC__)
#define MBT_PRINTF(format_index, first) __attribute__((format(printf, format_index, first)))
#else
#define MBT_PRINTF(format_index, first)
#endif

/* Both change text in place, keep its length in bytes, and return how many characters there are. */

/* Replaces each byte that belongs to no UTF-8 character by '?'. */
size_t mbt_make_utf8(char *text);

/* Replaces control characters too, so that no name moves the cursor or begins a line of its own. */
size_t mbt_make_printable(char *text);

#endif
