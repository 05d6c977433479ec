/* test_layout.c: which loudspeaker each channel is for: orders, masks, and the chunk that says them in CAF and AIFF. */
#include "tools/audio/channels/layout.h"

#include <string.h>

#include "tests/unit/unit_main.h"
#include "tools/audio/channels/chan_chunk.h"

enum { FIVE_ONE = 0x3f, FIVE_ONE_SIDE = 0x60f };

/* Checks that channels of `mask` are fitted to the order: digit k of `wanted` is the channel at place k. */
static void check_fit(uint32_t mask, const unsigned char *order, const char *wanted, bool exact)
{
    unsigned char from[MBT_SPEAKERS];
    const int channels = (int)strlen(wanted);
    ck_assert(mbt_fit_to_order(mask, order, channels, from) == exact);
    for (int k = 0; k < channels; k++)
        ck_assert_int_eq(from[k], wanted[k] - '0');
}

/* As ffmpeg's table vorbis_encoding_channel_layout_offsets has them. */
START_TEST(usual_speakers_in_vorbis)
{
    static const char *const wanted[9] = {"", "", "", "021", "0123", "02134", "021453", "0215643", "02167453"};
    for (int channels = 3; channels <= 8; channels++)
        check_fit(mbt_default_mask(channels), mbt_vorbis_order(channels), wanted[channels], true);
}
END_TEST

START_TEST(other_speakers_in_vorbis)
{
    check_fit(FIVE_ONE_SIDE, mbt_vorbis_order(6), "021453", false); /* the sides in the back */
    check_fit(0x633, mbt_vorbis_order(6), "041235", false);         /* FL FR BL BR SL SR: the back is taken */
    check_fit(0x00b, mbt_vorbis_order(3), "021", false);            /* FL FR LFE */
    check_fit(0x107, mbt_vorbis_order(4), "0123", false);           /* FL FR FC BC */
    check_fit(0x13f, mbt_vorbis_order(7), "0214563", false);        /* FL FR FC LFE BL BR BC */
    check_fit(0x0ff, mbt_vorbis_order(8), "02167453", false);       /* FL FR FC LFE BL BR FLC FRC */
    check_fit(0x003, mbt_vorbis_order(4), "0123", false);           /* FL FR, and two without a speaker */
}
END_TEST

START_TEST(no_order)
{
    static const int numbers[] = {-1, 0, 1, 2, 9, 1024};
    for (int i = 0; i < COUNT(numbers); i++) {
        ck_assert_ptr_null(mbt_vorbis_order(numbers[i]));
        ck_assert_ptr_null(mbt_alac_order(numbers[i]));
        ck_assert_uint_eq(mbt_default_mask(numbers[i]), 0);
    }
}
END_TEST

/* Of ALAC, as libsndfile stores 5.1 (C L R Ls Rs LFE). */
START_TEST(reorders)
{
    float samples[12] = {3, 1, 2, 5, 6, 4, 13, 11, 12, 15, 16, 14};
    static const float wanted[12] = {1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16};
    const mbt_layout layout = mbt_layout_of_order(mbt_alac_order(6), 6);
    ck_assert(layout.reordered && layout.stated);
    ck_assert_uint_eq(layout.mask, FIVE_ONE);
    mbt_reorder(samples, 2, 6, layout.from);
    ck_assert_mem_eq(samples, wanted, sizeof wanted);
}
END_TEST

START_TEST(masks)
{
    ck_assert_uint_eq(mbt_layout_of_mask(0xff, 6).mask, FIVE_ONE); /* more speakers than channels */
    ck_assert_uint_eq(mbt_layout_of_mask(0x3, 6).mask, 0x3);
    ck_assert_uint_eq(mbt_layout_of_mask(0xfffc0007, 6).mask, 0x7); /* bits that are no speakers */
    ck_assert(!mbt_default_layout(6).stated && !mbt_default_layout(6).reordered);
    static const unsigned char twice[] = {MBT_FL, MBT_FR, MBT_FL}, unknown[] = {MBT_FL, MBT_SPEAKERS, MBT_FR};
    ck_assert_uint_eq(mbt_layout_of_order(twice, 3).mask, 0);
    ck_assert_uint_eq(mbt_layout_of_order(unknown, 3).mask, 0);
}
END_TEST

START_TEST(lists)
{
    char list[MBT_SPEAKER_LIST];
    unsigned char from[MBT_SPEAKERS];
    mbt_list_speakers(FIVE_ONE_SIDE, 6, list);
    ck_assert_str_eq(list, "FL FR FC LFE SL SR");
    mbt_list_speakers(0x3, 4, list);
    ck_assert_str_eq(list, "FL FR - -");
    mbt_list_speakers(0x3ffff, 1024, list);
    ck_assert_str_eq(list, "FL FR FC LFE BL BR FLC FRC BC SL SR TC TFL TFC TFR TBL TBC TBR");
    mbt_fit_to_order(FIVE_ONE_SIDE, mbt_vorbis_order(6), 6, from);
    mbt_list_fitted(mbt_vorbis_order(6), from, 6, list);
    ck_assert_str_eq(list, "FL FR FC LFE BL BR");
}
END_TEST

/* Checks what the contents of a chunk, 4 bytes each number, say of 6 channels: the mask. */
static void check_chan(const uint32_t *numbers, size_t count, uint32_t mask)
{
    unsigned char bytes[256];
    for (size_t i = 0; i < 4 * count; i++)
        bytes[i] = (unsigned char)(numbers[i / 4] >> (24 - 8 * (i % 4)));
    const mbt_layout layout = mbt_read_chan(bytes, 4 * count, 6);
    ck_assert(layout.stated);
    ck_assert_uint_eq(layout.mask, mask);
}

START_TEST(chan_chunks)
{
    check_chan((const uint32_t[]){121 << 16 | 6, 0, 0}, 3, FIVE_ONE_SIDE);
    check_chan((const uint32_t[]){1 << 16, FIVE_ONE, 0}, 3, FIVE_ONE);
    check_chan((const uint32_t[]){1 << 16, 0x1f, 0}, 3, 0);       /* five speakers */
    check_chan((const uint32_t[]){1 << 16, 0x8000001f, 0}, 3, 0); /* one that is not known */
    check_chan((const uint32_t[]){117 << 16 | 5, 0, 0}, 3, 0);    /* for five channels */
    check_chan((const uint32_t[]){121 << 16 | 5, 0, 0}, 3, 0);    /* no such tag */
    check_chan((const uint32_t[]){147 << 16 | 6, 0, 0}, 3, 0);    /* for no speakers */
    check_chan((const uint32_t[]){121 << 16 | 6, 0}, 2, 0);       /* cut */
    check_chan((const uint32_t[]){0, 0, 6, 1, 0, 0, 0, 0}, 8, 0); /* one of six descriptions */
    check_chan((const uint32_t[]){0, 0, UINT32_MAX, 1, 0, 0, 0, 0}, 8, 0);
    uint32_t described[3 + 6 * 5] = {0, 0, 6};
    for (uint32_t i = 0; i < 6; i++)
        described[3 + 5 * i] = 6 - i; /* the bits of the mask, from 1 */
    check_chan(described, COUNT(described), FIVE_ONE);
    described[3] = 100;
    check_chan(described, COUNT(described), 0);
}
END_TEST

/* Source: Apple, "Core Audio Format Specification", channel layout chunk. */
START_TEST(chan_chunks_are_made)
{
    static const unsigned char by_mask[] = {0, 1, 0, 0, 0, 0, 6, 0x0f, 0, 0, 0, 0}, none[] = {0, 147, 0, 6, [11] = 0};
    static const unsigned char alac[] = {0, 124, 0, 6, [11] = 0};
    unsigned char bytes[MBT_CHAN_BYTES];
    mbt_make_chan(FIVE_ONE_SIDE, 6, bytes);
    ck_assert_mem_eq(bytes, by_mask, sizeof bytes);
    mbt_make_chan(0x3, 6, bytes);
    ck_assert_mem_eq(bytes, none, sizeof bytes);
    mbt_make_alac_chan(6, bytes);
    ck_assert_mem_eq(bytes, alac, sizeof bytes);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("layout");
    tcase_add_test(tests, usual_speakers_in_vorbis);
    tcase_add_test(tests, other_speakers_in_vorbis);
    tcase_add_test(tests, no_order);
    tcase_add_test(tests, reorders);
    tcase_add_test(tests, masks);
    tcase_add_test(tests, lists);
    tcase_add_test(tests, chan_chunks);
    tcase_add_test(tests, chan_chunks_are_made);
    return unit_main(tests, "layout");
}
