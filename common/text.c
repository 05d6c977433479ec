/* text.c: makes text from files safe to print. */
#include "common/text.h"

#include <stdbool.h>
#include <string.h>

/* The length in bytes of the UTF-8 character at text; 0 if the bytes are not valid (The Unicode Standard, table
 * 3-7). */
static size_t character_length(const unsigned char *text)
{
    const unsigned char lead = text[0], next = lead != '\0' ? text[1] : 0;
    const size_t length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    const bool outside = (lead == 0xe0 && next < 0xa0) || (lead == 0xed && next > 0x9f) ||
                         (lead == 0xf0 && next < 0x90) || (lead == 0xf4 && next > 0x8f);
    for (size_t i = 1; i < length; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    return outside ? 0 : length;
}

/* U+0000 to U+001F, U+007F, and U+0080 to U+009F, which take two bytes. */
static bool is_control(const unsigned char *text)
{
    return *text < 0x20 || *text == 0x7f || (*text == 0xc2 && text[1] < 0xa0);
}

static size_t replace(char *text, bool controls_too)
{
    unsigned char *at = (unsigned char *)text;
    size_t count = 0;
    while (*at != '\0') {
        const size_t length = character_length(at);
        if (length == 0) {
            *at = '?';
        } else if (controls_too && is_control(at)) {
            memset(at, '?', length);
            count += length - 1;
        }
        at += length == 0 ? 1 : length;
        count++;
    }
    return count;
}

size_t mbt_make_utf8(char *text)
{
    return replace(text, false);
}

size_t mbt_make_printable(char *text)
{
    return replace(text, true);
}
