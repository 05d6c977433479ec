/* chan_chunk.c: the chunk in which CAF and AIFF say which channel is for which loudspeaker. Source: Apple, "Core Audio
 * Format Specification", and CoreAudioBaseTypes.h, whose masks are those of WAVE. */
#include "tools/audio/channels/chan_chunk.h"

#include <string.h>

enum {
    MOST = 8,                   /* channels of the layouts that have a tag */
    MOST_LABELS = MBT_SPEAKERS, /* of channels that are described one by one */
    USE_DESCRIPTIONS = 0,       /* tags: the number of channels is in the lower 16 bits of all others */
    USE_MASK = 1 << 16,
    DISCRETE = 147 << 16,
    LABEL_BACK_LEFT = 33,
    LABEL_BACK_RIGHT = 34,
};

/* Short names as Apple has them. Ls and Rs are at the sides, and Rls and Rrs in the back. */
enum {
    L = MBT_FL,
    R = MBT_FR,
    C = MBT_FC,
    LFE = MBT_LFE,
    Ls = MBT_SL,
    Rs = MBT_SR,
    Lc = MBT_FLC,
    Rc = MBT_FRC,
    Cs = MBT_BC,
    Rls = MBT_BL,
    Rrs = MBT_BR
};

static const struct {
    unsigned char tag, channels, order[MOST];
} tags[] = {
    {100, 1, {C}},
    {101, 2, {L, R}},
    {102, 2, {L, R}},
    {108, 4, {L, R, Rls, Rrs}},
    {109, 5, {L, R, Rls, Rrs, C}},
    {110, 6, {L, R, Rls, Rrs, C, Cs}},
    {111, 8, {L, R, Rls, Rrs, C, Cs, Ls, Rs}},
    {113, 3, {L, R, C}},
    {114, 3, {C, L, R}},
    {115, 4, {L, R, C, Cs}},
    {116, 4, {C, L, R, Cs}},
    {117, 5, {L, R, C, Ls, Rs}},
    {118, 5, {L, R, Ls, Rs, C}},
    {119, 5, {L, C, R, Ls, Rs}},
    {120, 5, {C, L, R, Ls, Rs}},
    {121, 6, {L, R, C, LFE, Ls, Rs}},
    {122, 6, {L, R, Ls, Rs, C, LFE}},
    {123, 6, {L, C, R, Ls, Rs, LFE}},
    {124, 6, {C, L, R, Ls, Rs, LFE}},
    {125, 7, {L, R, C, LFE, Ls, Rs, Cs}},
    {126, 8, {L, R, C, LFE, Ls, Rs, Lc, Rc}},
    {127, 8, {C, Lc, Rc, L, R, Ls, Rs, LFE}},
    {128, 8, {L, R, C, LFE, Ls, Rs, Rls, Rrs}},
    {129, 8, {L, R, Ls, Rs, C, LFE, Lc, Rc}},
    {131, 3, {L, R, Cs}},
    {132, 4, {L, R, Ls, Rs}},
    {133, 3, {L, R, LFE}},
    {134, 4, {L, R, LFE, Cs}},
    {135, 5, {L, R, LFE, Ls, Rs}},
    {136, 4, {L, R, C, LFE}},
    {137, 5, {L, R, C, LFE, Cs}},
    {138, 5, {L, R, Ls, Rs, LFE}},
    {139, 6, {L, R, Ls, Rs, C, Cs}},
    {140, 7, {L, R, Ls, Rs, C, Rls, Rrs}},
    {141, 6, {C, L, R, Ls, Rs, Cs}},
    {142, 7, {C, L, R, Ls, Rs, Cs, LFE}},
    {143, 7, {C, L, R, Ls, Rs, Rls, Rrs}},
    {144, 8, {C, L, R, Ls, Rs, Rls, Rrs, Cs}},
    {148, 7, {L, R, Ls, Rs, C, Lc, Rc}},
    {150, 3, {L, C, R}},
    {151, 4, {L, C, R, Cs}},
    {152, 4, {L, C, R, LFE}},
    {153, 4, {L, R, Cs, LFE}},
    {154, 5, {L, C, R, Cs, LFE}},
    {185, 4, {L, R, Rls, Rrs}},
    {186, 5, {L, R, C, Rls, Rrs}},
    {187, 6, {L, R, C, LFE, Rls, Rrs}},
    {188, 7, {L, R, C, LFE, Cs, Ls, Rs}},
    {189, 8, {L, R, C, LFE, Rls, Rrs, Ls, Rs}},
};

static uint32_t read_number(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void write_number(unsigned char *bytes, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        bytes[i] = (unsigned char)(value >> (24 - 8 * i));
}

/* Channels that are described one by one, by labels: 1 to 18 are the bits of the mask. Where the back has labels of its
 * own, the fifth and sixth bits are the sides. */
static mbt_layout read_labels(const unsigned char *bytes, size_t held, int channels)
{
    unsigned char order[MOST_LABELS];
    uint32_t labels[MOST_LABELS];
    bool has_back = false;
    if (channels > MOST_LABELS || held / MBT_CHAN_DESCRIPTION_BYTES < (size_t)channels)
        return (mbt_layout){.stated = true};
    for (int i = 0; i < channels; i++) {
        labels[i] = read_number(bytes + (size_t)i * MBT_CHAN_DESCRIPTION_BYTES);
        has_back = has_back || labels[i] == LABEL_BACK_LEFT || labels[i] == LABEL_BACK_RIGHT;
    }
    for (int i = 0; i < channels; i++) {
        const uint32_t label = labels[i];
        order[i] = (unsigned char)(label >= 1 && label <= MBT_SPEAKERS ? label - 1 : MBT_SPEAKERS);
        if (has_back && (order[i] == MBT_BL || order[i] == MBT_BR))
            order[i] = order[i] == MBT_BL ? MBT_SL : MBT_SR;
        if (label == LABEL_BACK_LEFT || label == LABEL_BACK_RIGHT)
            order[i] = label == LABEL_BACK_LEFT ? MBT_BL : MBT_BR;
    }
    return mbt_layout_of_order(order, channels);
}

mbt_layout mbt_read_chan(const unsigned char *bytes, size_t held, int channels)
{
    const mbt_layout none = {.stated = true};
    if (held < MBT_CHAN_BYTES)
        return none;
    const uint32_t tag = read_number(bytes), mask = read_number(bytes + 4), described = read_number(bytes + 8);
    if (tag == USE_DESCRIPTIONS)
        return described == (uint32_t)channels ? read_labels(bytes + MBT_CHAN_BYTES, held - MBT_CHAN_BYTES, channels)
                                               : none;
    if (tag == USE_MASK)
        return mask >> MBT_SPEAKERS == 0 && mbt_count_speakers(mask) == channels ? mbt_layout_of_mask(mask, channels)
                                                                                 : none;
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++)
        if (tag == ((uint32_t)tags[i].tag << 16 | tags[i].channels) && tags[i].channels == channels)
            return mbt_layout_of_order(tags[i].order, channels);
    return none;
}

void mbt_make_chan(uint32_t mask, int channels, unsigned char bytes[MBT_CHAN_BYTES])
{
    const bool named = mbt_count_speakers(mask) == channels;
    memset(bytes, 0, MBT_CHAN_BYTES);
    write_number(bytes, named ? USE_MASK : (uint32_t)DISCRETE | (uint32_t)channels);
    write_number(bytes + 4, named ? mask : 0);
}

void mbt_make_alac_chan(int channels, unsigned char bytes[MBT_CHAN_BYTES])
{
    static const unsigned char alac_tags[MOST + 1] = {[3] = 114, [4] = 116, [5] = 120, [6] = 124, [7] = 142, [8] = 127};
    memset(bytes, 0, MBT_CHAN_BYTES);
    write_number(bytes, (uint32_t)alac_tags[channels] << 16 | (uint32_t)channels);
}
