/* test_text.c: names made fit to be shown. */
#include "common/text.h"

#include <string.h>

#include "tests/unit/unit_main.h"

typedef struct text_case {
    const char *text, *printable, *utf8;
    size_t characters; /* of printable */
} text_case;

static const text_case cases[] = {
    {"", "", "", 0},
    {"a b~", "a b~", "a b~", 4},
    {"a\nb\x1b[0m\x7f", "a?b?[0m?", "a\nb\x1b[0m\x7f", 8},
    {"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f", 4},
    {"\xe2\x82\xac \xf0\x9f\x8e\xa4", "\xe2\x82\xac \xf0\x9f\x8e\xa4", "\xe2\x82\xac \xf0\x9f\x8e\xa4", 3},
    {"\xc2\x9b", "??", "\xc2\x9b", 2},             /* a control character of two bytes */
    {"\xfcx\xc3", "?x?", "?x?", 3},                /* Latin-1, and a character cut short */
    {"\xc0\x80", "??", "??", 2},                   /* longer than it need be */
    {"\xed\xa0\x80", "???", "???", 3},             /* half of a pair of UTF-16 */
    {"\xf4\x90\x80\x80\xf5", "?????", "?????", 5}, /* beyond U+10FFFF */
};

START_TEST(shown)
{
    char text[32];
    const text_case *c = &cases[_i];
    strcpy(text, c->text);
    ck_assert_uint_eq(mbt_make_printable(text), c->characters);
    ck_assert_str_eq(text, c->printable);
    strcpy(text, c->text);
    (void)mbt_make_utf8(text);
    ck_assert_str_eq(text, c->utf8);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("text");
    tcase_add_loop_test(tests, shown, 0, (int)(sizeof cases / sizeof cases[0]));
    return unit_main(tests, "text");
}
