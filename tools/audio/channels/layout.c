/* layout.c: which loudspeaker each channel is for, and the orders in which containers store channels. */
#include "tools/audio/channels/layout.h"

#include <stdio.h>
#include <string.h>

enum { LEAST = 3, MOST = 8 }; /* channels of the tables: one or two have the same order everywhere */

static const char *const names[MBT_SPEAKERS + 1] = {"FL", "FR", "FC",  "LFE", "BL",  "BR",  "FLC", "FRC", "BC", "SL",
                                                    "SR", "TC", "TFL", "TFC", "TFR", "TBL", "TBC", "TBR", "-"};

/* As ffmpeg and sox write them. 0x3f, for one, is 5.1 with speakers in the back. */
static const uint32_t defaults[MOST + 1] = {[3] = 0x7, [4] = 0x33, [5] = 0x37, [6] = 0x3f, [7] = 0x70f, [8] = 0x63f};

/* Source: Vorbis I specification, section 4.3.9. Opus takes it over: RFC 7845, section 5.1.1.2. */
static const unsigned char vorbis[MOST + 1][MOST] = {
    [3] = {MBT_FL, MBT_FC, MBT_FR},
    [4] = {MBT_FL, MBT_FR, MBT_BL, MBT_BR},
    [5] = {MBT_FL, MBT_FC, MBT_FR, MBT_BL, MBT_BR},
    [6] = {MBT_FL, MBT_FC, MBT_FR, MBT_BL, MBT_BR, MBT_LFE},
    [7] = {MBT_FL, MBT_FC, MBT_FR, MBT_SL, MBT_SR, MBT_BC, MBT_LFE},
    [8] = {MBT_FL, MBT_FC, MBT_FR, MBT_SL, MBT_SR, MBT_BL, MBT_BR, MBT_LFE},
};

/* Source: Apple, "ALAC Magic Cookie Description", channel layout tags. */
static const unsigned char alac[MOST + 1][MOST] = {
    [3] = {MBT_FC, MBT_FL, MBT_FR},
    [4] = {MBT_FC, MBT_FL, MBT_FR, MBT_BC},
    [5] = {MBT_FC, MBT_FL, MBT_FR, MBT_BL, MBT_BR},
    [6] = {MBT_FC, MBT_FL, MBT_FR, MBT_BL, MBT_BR, MBT_LFE},
    [7] = {MBT_FC, MBT_FL, MBT_FR, MBT_BL, MBT_BR, MBT_BC, MBT_LFE},
    [8] = {MBT_FC, MBT_FLC, MBT_FRC, MBT_FL, MBT_FR, MBT_BL, MBT_BR, MBT_LFE},
};

uint32_t mbt_default_mask(int channels)
{
    return channels >= LEAST && channels <= MOST ? defaults[channels] : 0;
}

mbt_layout mbt_default_layout(int channels)
{
    return (mbt_layout){.mask = mbt_default_mask(channels)};
}

mbt_layout mbt_layout_of_mask(uint32_t mask, int channels)
{
    mbt_layout layout = {.stated = true};
    for (unsigned bit = 0; bit < MBT_SPEAKERS && channels > 0; bit++) {
        if (!(mask >> bit & 1))
            continue;
        layout.mask |= UINT32_C(1) << bit;
        channels--;
    }
    return layout;
}

mbt_layout mbt_layout_of_order(const unsigned char *speakers, int channels)
{
    mbt_layout layout = {.stated = true};
    for (int i = 0; i < channels; i++) {
        if (speakers[i] >= MBT_SPEAKERS || layout.mask >> speakers[i] & 1)
            return (mbt_layout){.stated = true};
        layout.mask |= UINT32_C(1) << speakers[i];
    }
    for (int i = 0; i < channels; i++) {
        const int place = mbt_count_speakers(layout.mask & ((UINT32_C(1) << speakers[i]) - 1));
        layout.from[place] = (unsigned char)i;
        layout.reordered = layout.reordered || place != i;
    }
    return layout;
}

int mbt_count_speakers(uint32_t mask)
{
    int count = 0;
    for (; mask != 0; mask &= mask - 1)
        count++;
    return count;
}

const unsigned char *mbt_vorbis_order(int channels)
{
    return channels >= LEAST && channels <= MOST ? vorbis[channels] : NULL;
}

const unsigned char *mbt_alac_order(int channels)
{
    return channels >= LEAST && channels <= MOST ? alac[channels] : NULL;
}

/* The speaker of each of the first `channels` channels. */
static void list_channels(uint32_t mask, int channels, unsigned char *speakers)
{
    int held = 0;
    for (unsigned bit = 0; bit < MBT_SPEAKERS && held < channels; bit++)
        if (mask >> bit & 1)
            speakers[held++] = (unsigned char)bit;
    for (; held < channels; held++)
        speakers[held] = MBT_SPEAKERS;
}

/* The speaker beside: the side for the back, the back for the side. */
static unsigned char beside(unsigned char speaker)
{
    switch (speaker) {
    case MBT_BL:
        return MBT_SL;
    case MBT_BR:
        return MBT_SR;
    case MBT_SL:
        return MBT_BL;
    case MBT_SR:
        return MBT_BR;
    default:
        return MBT_SPEAKERS;
    }
}

static int place_of(const unsigned char *order, int channels, unsigned char speaker)
{
    for (int i = 0; i < channels; i++)
        if (order[i] == speaker)
            return i;
    return -1;
}

bool mbt_fit_to_order(uint32_t mask, const unsigned char *order, int channels, unsigned char *from)
{
    unsigned char speakers[MBT_SPEAKERS];
    bool placed[MBT_SPEAKERS] = {false}, taken[MBT_SPEAKERS] = {false}, exact = true;
    list_channels(mask, channels, speakers);
    for (int round = 0; round < 3; round++) { /* its own speaker; the one beside; any */
        for (int i = 0; i < channels; i++) {
            if (placed[i])
                continue;
            int place = place_of(order, channels, round == 0 ? speakers[i] : beside(speakers[i]));
            if (round == 2)
                for (place = 0; taken[place];)
                    place++;
            if (place < 0 || taken[place])
                continue;
            from[place] = (unsigned char)i;
            placed[i] = taken[place] = true;
            exact = exact && round == 0;
        }
    }
    return exact;
}

void mbt_reorder(float *samples, size_t frames, size_t channels, const unsigned char *from)
{
    float frame[MBT_SPEAKERS];
    for (size_t i = 0; i < frames; i++, samples += channels) {
        for (size_t k = 0; k < channels; k++)
            frame[k] = samples[from[k]];
        memcpy(samples, frame, channels * sizeof frame[0]);
    }
}

static void list_names(const unsigned char *speakers, int channels, char list[MBT_SPEAKER_LIST])
{
    size_t used = 0;
    list[0] = '\0';
    for (int i = 0; i < channels && used < MBT_SPEAKER_LIST; i++)
        used += (size_t)snprintf(list + used, MBT_SPEAKER_LIST - used, "%s%s", i > 0 ? " " : "", names[speakers[i]]);
}

void mbt_list_speakers(uint32_t mask, int channels, char list[MBT_SPEAKER_LIST])
{
    unsigned char speakers[MBT_SPEAKERS];
    const int shown = channels < MBT_SPEAKERS ? channels : MBT_SPEAKERS;
    list_channels(mask, shown, speakers);
    list_names(speakers, shown, list);
}

void mbt_list_fitted(const unsigned char *order, const unsigned char *from, int channels, char list[MBT_SPEAKER_LIST])
{
    unsigned char speakers[MBT_SPEAKERS];
    for (int place = 0; place < channels; place++)
        speakers[from[place]] = order[place];
    list_names(speakers, channels, list);
}
