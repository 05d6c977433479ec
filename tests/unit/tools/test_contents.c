/* test_contents.c: what is found in files besides samples. They are laid out by hand after the specifications. */
#define _GNU_SOURCE
#include "tests/unit/unit_main.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/audio/carried/find_contents.h"

static unsigned char bytes[200000];
static size_t size;

static void put(const void *data, size_t count)
{
    ck_assert_uint_le(count, sizeof bytes - size);
    memcpy(bytes + size, data, count);
    size += count;
}

#define PUT(text) put(text, sizeof(text) - 1)

static void put_zeros(size_t count)
{
    ck_assert_uint_le(count, sizeof bytes - size);
    memset(bytes + size, 0, count);
    size += count;
}

static void find(mbt_contents *contents, size_t begin)
{
    const int fd = memfd_create("contents", 0);
    ck_assert(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
    *contents = (mbt_contents){.item = NULL};
    ck_assert(mbt_find_contents(fd, begin, size, contents));
    close(fd);
}

/* All names, of what is known as they are, of others behind a sign. */
static void check_names(const char *wanted)
{
    char got[4096] = "";
    size_t used = 0;
    mbt_contents contents;
    find(&contents, 0);
    for (size_t i = 0; i < contents.count && used < sizeof got - 64; i++) {
        const mbt_content *item = &contents.item[i];
        const char *sign = item->kind == MBT_CONTENT_PICTURE                    ? "*"
                           : item->state == MBT_CONTENT_DAMAGED                 ? "!"
                           : item->state == MBT_CONTENT_UNKNOWN                 ? "?"
                           : item->kind == MBT_CONTENT_TAG && item->string == 0 ? "-"
                                                                                : "";
        used += (size_t)snprintf(got + used, sizeof got - used, "%s%s%s", i == 0 ? "" : " ", sign, item->name);
    }
    ck_assert_str_eq(got, wanted);
    mbt_contents_free(&contents);
}

static void begin_wav(void)
{
    size = 0;
    PUT("RIFF\0\0\0\0WAVEfmt \20\0\0\0\1\0\1\0\x80\x3e\0\0\0\x7d\0\0\2\0\20\0");
}

START_TEST(chunks_of_wav)
{
    begin_wav();
    PUT("iXML\3\0\0\0<a>\0JUNK\2\0\0\0\0\0LGWV\1\0\0\0x\0data\4\0\0\0\0\0\0\0");
    PUT("cue \4\0\0\0\1\0\0\0LIST\30\0\0\0INFOINAM\2\0\0\0a\0IENG\2\0\0\0b\0LIST\4\0\0\0exif");
    check_names("iXML ?LGWV !cue  INFO INAM -IENG ?exif");
    mbt_contents contents;
    find(&contents, 0);
    ck_assert(contents.form == MBT_FORM_RIFF && contents.item[0].before && !contents.item[2].before);
    ck_assert_uint_eq(contents.item[0].at, 12 + 24 + 8);
    ck_assert_uint_eq(contents.item[0].length, 3);
    mbt_contents_free(&contents);
}
END_TEST

/* Behind other bytes of the file, as standard input may have been read before. */
START_TEST(behind_others)
{
    begin_wav();
    PUT("iXML\3\0\0\0<a>\0data\4\0\0\0\0\0\0\0");
    memmove(bytes + 100, bytes, size);
    memset(bytes, 'x', 100);
    size += 100;
    mbt_contents contents;
    find(&contents, 100);
    ck_assert_uint_eq(contents.count, 1);
    ck_assert_uint_eq(contents.item[0].at, 100 + 12 + 24 + 8);
    mbt_contents_free(&contents);
}
END_TEST

/* Where the length of the samples is not known, nothing is looked for behind them. */
START_TEST(samples_without_length)
{
    begin_wav();
    PUT("iXML\3\0\0\0<a>\0data\0\0\0\0\1\2\3\4\5\6\7\10\11iXML\1\0\0\0x");
    check_names("iXML");
    begin_wav();
    PUT("data\377\377\377\377iXML\2\0\0\0xxiXML\2\0\0\0xx");
    check_names("");
}
END_TEST

START_TEST(many_chunks)
{
    begin_wav();
    PUT("data\2\0\0\0\0\0");
    for (int i = 0; i < 2000; i++)
        PUT("LGWV\2\0\0\0xx");
    mbt_contents contents;
    find(&contents, 0);
    ck_assert_uint_eq(contents.count, 1000);
    ck_assert(contents.more);
    mbt_contents_free(&contents);
}
END_TEST

START_TEST(blocks_of_flac)
{
    size = 0;
    PUT("fLaC\0\0\0\42");
    put_zeros(34);
    PUT("\4\0\0\67\4\0\0\0test\4\0\0\0\7\0\0\0title=a\11\0\0\0ENCODER=b\4\0\0\0no=c\7\0\0\0Title=d");
    PUT("\6\0\0\1x\2\0\0\4abcd\205\0\0\1x\6\0\0\1x"); /* the last but one is the last block */
    check_names("title -no -Title *PICTURE APPLICATION CUESHEET");
    size -= 40; /* cut in the comments */
    check_names("title");
}
END_TEST

static void put_page(unsigned char serial, unsigned pieces, unsigned last)
{
    PUT("OggS\0\0");
    put_zeros(8);
    put((unsigned char[]){serial, 0, 0, 0}, 4);
    put_zeros(8);
    put((unsigned char[]){(unsigned char)pieces}, 1);
    for (unsigned i = 0; i < pieces; i++)
        put((unsigned char[]){i + 1 < pieces ? 255 : (unsigned char)last}, 1);
}

/* The comments go on over three pages, with pages of another stream between. A picture is in them, and a tag behind
 * it. */
START_TEST(pages_of_ogg)
{
    size = 0;
    put_page(7, 1, 30);
    PUT("\1vorbis");
    put_zeros(23);
    put_page(9, 1, 10);
    put_zeros(10);
    put_page(7, 2, 255); /* 510 bytes, to be gone on with */
    PUT("\3vorbis\4\0\0\0test\3\0\0\0\7\0\0\0TITLE=a");
    PUT("\x17\4\0\0METADATA_BLOCK_PICTURE="); /* 1047 bytes */
    put_zeros(510 - 7 - 8 - 4 - 11 - 4 - 23);
    put_page(9, 2, 20);
    put_zeros(275);
    put_page(7, 2, 255);
    put_zeros(510);
    const size_t behind = 1047 - (510 - 7 - 8 - 4 - 11 - 4) - 510;
    put_page(7, 1, (unsigned)(behind + 4 + 11));
    put_zeros(behind);
    PUT("\13\0\0\0PERFORMER=b");
    check_names("TITLE *METADATA_BLOCK_PICTURE -PERFORMER");
    size -= 12;
    check_names("TITLE *METADATA_BLOCK_PICTURE");
}
END_TEST

/* Version 2.4 has lengths of 7 bits in a byte: 0, 0, 1, 1 stands for 129. */
START_TEST(frames_of_id3)
{
    size = 0;
    PUT("ID3\4\0\0\0\0\2\2"); /* 258 bytes */
    PUT("TIT2\0\0\0\2\0\0\3a");
    PUT("TXXX\0\0\1\1\0\0");
    put_zeros(129);
    PUT("TSSE\0\0\0\2\0\0\3b");
    PUT("APIC\0\0\0\1\0\0x");
    PUT("TIT2\0\0\0\2\0\0\3c");
    put_zeros(10 + 258 - size);
    PUT("\377\373\0\0\0\0");
    check_names("TIT2 -TXXX *APIC -TIT2");
}
END_TEST

START_TEST(frames_of_id3_version_2)
{
    size = 0;
    PUT("ID3\2\0\0\0\0\0\24TT2\0\0\2\0aTXX\0\0\2\0b\0\0\0\0\377\373\0\0\0\0");
    check_names("TT2 -TXX");
}
END_TEST

/* Every file from above, cut at every byte: nothing but what is there is read. */
START_TEST(cut)
{
    begin_wav();
    PUT("bext\2\0\0\0xxcue \4\0\0\0\1\0\0\0LIST\30\0\0\0INFOINAM\2\0\0\0a\0IENG\2\0\0\0b\0\0\0data\2\0\0\0\0\0");
    const size_t whole = size;
    for (size = 0; size < whole; size++) {
        mbt_contents contents;
        find(&contents, 0);
        ck_assert_uint_le(contents.count, 6);
        mbt_contents_free(&contents);
    }
    check_names("!bext !cue  INFO INAM -IENG");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("contents");
    tcase_add_test(tests, chunks_of_wav);
    tcase_add_test(tests, behind_others);
    tcase_add_test(tests, samples_without_length);
    tcase_add_test(tests, many_chunks);
    tcase_add_test(tests, blocks_of_flac);
    tcase_add_test(tests, pages_of_ogg);
    tcase_add_test(tests, frames_of_id3);
    tcase_add_test(tests, frames_of_id3_version_2);
    tcase_add_test(tests, cut);
    return unit_main(tests, "contents");
}
