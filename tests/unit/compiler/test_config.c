/* test_config.c: YAML files as upstream writes them, and every way for them to be wrong. */
#include "compiler/read/config.h"

#include "tests/unit/unit.h"

/* Block style with comments, sections that are of no concern, anchors, and null for the number of blocks. */
static const char block_style[] = "%YAML 1.1\n"
                                  "---\n"
                                  "# training\n"
                                  "env_setting: {num_gpus: 4, seed: 1234, urls: [tcp://localhost:19478, *nowhere]}\n"
                                  "training_cfg:\n"
                                  "  learning_rate: 0.0005\n"
                                  "  hid_feature: not this one\n"
                                  "  loss: &loss\n"
                                  "    metric: 0.05\n"
                                  "    ? [a, complex, key]\n"
                                  "    : [*loss, *loss]\n"
                                  "  notes: |\n"
                                  "    stft_cfg:\n"
                                  "      n_fft: 1\n"
                                  "stft_cfg:\n"
                                  "  sampling_rate: 16000 # Hz\n"
                                  "  n_fft: 400\n"
                                  "  hop_size: +100\n"
                                  "  win_size: 320\n"
                                  "  n_fft_of_something: 3\n"
                                  "model_cfg:\n"
                                  "  hid_feature: 64\n"
                                  "  compress_factor: 0.3\n"
                                  "  num_tfmamba: null  # 4\n"
                                  "  d_state: 16\n"
                                  "  d_conv: 4\n"
                                  "  expand: 2\n"
                                  "  norm_epsilon: 1.0e-5\n"
                                  "  beta: 2\n"
                                  "  input_channel: 2\n"
                                  "  output_channel: 1\n"
                                  "  inner_mamba_nlayer: {n_fft: [1, 2]}\n";

static bool parse(const char *text, mbt_config *config, mbt_error *error)
{
    unit_bytes bytes = unit_copy(text, strlen(text));
    const bool done = mbt_config_parse((const char *)bytes.data, bytes.size, config, error);
    free(bytes.data);
    return done;
}

START_TEST(block_style_is_read)
{
    mbt_config config;
    mbt_error error = {""};
    ck_assert_msg(parse(block_style, &config, &error), "%s", error.text);
    ck_assert_uint_eq(config.sampling_rate, 16000);
    ck_assert_uint_eq(config.n_fft, 400);
    ck_assert_uint_eq(config.hop_size, 100);
    ck_assert_uint_eq(config.win_size, 320);
    ck_assert_uint_eq(config.hid_feature, 64);
    ck_assert_uint_eq(config.num_tfmamba, 4);
    ck_assert_uint_eq(config.d_state, 16);
    ck_assert_uint_eq(config.d_conv, 4);
    ck_assert_uint_eq(config.expand, 2);
    ck_assert_uint_eq(config.input_channel, 2);
    ck_assert_uint_eq(config.output_channel, 1);
    ck_assert(config.compress_factor == 0.3);
    ck_assert(config.norm_epsilon == 1e-5);
    ck_assert(config.beta == 2.0);
}
END_TEST

#define STFT "stft_cfg: {sampling_rate: 8000, n_fft: 320, hop_size: 80, win_size: 320}\n"
#define MODEL_BUT(hid_feature, blocks, rest)                                                                           \
    "model_cfg: {hid_feature: " hid_feature ", num_tfmamba: " blocks ", compress_factor: 0.3, d_state: 8, d_conv: 4, " \
    "expand: 2, norm_epsilon: 0.00001, beta: 2.0, input_channel: 2, output_channel: 1" rest "}\n"
#define MODEL MODEL_BUT("24", "1", "")

static const char *const good_texts[] = {
    STFT MODEL,
    "family: mambattention\n" MODEL STFT,
    "{\"stft_cfg\": {\"sampling_rate\": 8000, \"n_fft\": 320, \"hop_size\": 80, 'win_size': 320},\n" MODEL "}",
    STFT MODEL "...\n",
    "\xef\xbb\xbf" STFT MODEL,
    STFT MODEL "x: &a [&b {c: *a}, *b, <<]\n",
};

START_TEST(other_styles_are_read)
{
    mbt_config config;
    mbt_error error = {""};
    ck_assert_msg(parse(good_texts[_i], &config, &error), "%s", error.text);
    ck_assert_uint_eq(config.sampling_rate, 8000);
    ck_assert_uint_eq(config.win_size, 320);
    ck_assert_uint_eq(config.hid_feature, 24);
    ck_assert_uint_eq(config.num_tfmamba, 1);
}
END_TEST

START_TEST(frames_of_a_causal_network)
{
    mbt_config config;
    mbt_error error = {""};
    ck_assert(parse(STFT MODEL, &config, &error));
    ck_assert(config.attention_frames == 0 && config.level_frames == 0);
    ck_assert_msg(parse("family: causal\n" STFT MODEL_BUT("24", "1", ", attention_frames: 128, level_frames: 240"),
                        &config, &error),
                  "%s", error.text);
    ck_assert(config.attention_frames == 128 && config.level_frames == 240);
    ck_assert_str_eq(config.family, "causal");
}
END_TEST

static const char *const nulls[] = {"null", "~", "Null", "NULL", ""};

START_TEST(null_means_four_blocks)
{
    char text[1024];
    mbt_config config;
    mbt_error error = {""};
    snprintf(text, sizeof text, STFT MODEL_BUT("24", "%s", ""), nulls[_i]);
    ck_assert_msg(parse(text, &config, &error), "%s", error.text);
    ck_assert_uint_eq(config.num_tfmamba, 4);
}
END_TEST

typedef struct replacement {
    const char *line; /* of block_style, without indentation */
    const char *replacement;
    const char *text; /* in the message; NULL: it is right */
} replacement;

static const replacement replacements[] = {
    {"n_fft: 400", "n_fft: 402",
     "line 17: stft_cfg.n_fft is '402'; a whole number from 4 to 65536, a multiple of 4 is needed"},
    {"n_fft: 400", "n_fft: 0", "stft_cfg.n_fft is '0'"},
    {"n_fft: 400", "n_fft: 8", "stft_cfg.win_size is 320; at most n_fft, 8, is needed"},
    {"n_fft: 400\n  hop_size: +100\n  win_size: 320", "n_fft: 4\n  hop_size: 2\n  win_size: 4", NULL},
    {"n_fft: 400", "n_fft: 65540", "stft_cfg.n_fft is '65540'"},
    {"n_fft: 400", "n_fft: 65536", NULL},
    {"n_fft: 400", "n_fft: 99999999999999999999", "stft_cfg.n_fft is '9999"},
    {"n_fft: 400", "n_fft: -400", "stft_cfg.n_fft is '-400'"},
    {"n_fft: 400", "n_fft: 400.0", "stft_cfg.n_fft is '400.0'"},
    {"n_fft: 400", "n_fft: 0400", "stft_cfg.n_fft is '0400'"},
    {"n_fft: 400", "n_fft: 0x190", "stft_cfg.n_fft is '0x190'"},
    {"n_fft: 400", "n_fft: '400'", "stft_cfg.n_fft is quoted text '400'; a whole number"},
    {"n_fft: 400", "n_fft: \"400\"", "stft_cfg.n_fft is quoted text '400'; a whole number"},
    {"n_fft: 400", "n_fft: !!str 400", "stft_cfg.n_fft is text '400'; a whole number"},
    {"n_fft: 400", "n_fft: >-\n    400", "stft_cfg.n_fft is text '400'; a whole number"},
    {"n_fft: 400", "n_fft: !!int 400", NULL},
    {"beta: 2", "beta: '2'", "beta is quoted text '2'; a number"},
    {"beta: 2", "beta: !!float 2", NULL},
    {"n_fft: 400", "n_fft: 4-00", "stft_cfg.n_fft is '4-00'"},
    {"n_fft: 400", "n_fft:", "stft_cfg.n_fft is 'nothing'"},
    {"n_fft: 400", "n_fft: [400]", "stft_cfg.n_fft is 'a list'"},
    {"n_fft: 400", "n_fft: {a: 400}", "stft_cfg.n_fft is 'a mapping'"},
    {"n_fft: 400", "n_fft: *loss", "stft_cfg.n_fft is 'an alias'"},
    {"n_fft: 400", "n_fft: 400\n  n_fft: 400", "line 18: stft_cfg.n_fft is given twice"},
    {"n_fft: 400", "N_FFT: 400",
     "stft_cfg.n_fft is missing; a whole number from 4 to 65536, a multiple of 4 is needed"},
    {"win_size: 320", "win_size: 401", "stft_cfg.win_size is 401; at most n_fft, 400, is needed"},
    {"win_size: 320", "win_size: 400", NULL},
    {"win_size: 320", "win_size: 199", "stft_cfg.hop_size is 100; at most half of win_size, 99, is needed"},
    {"hop_size: +100", "hop_size: 160", NULL},
    {"hop_size: +100", "hop_size: 161", "stft_cfg.hop_size is 161; at most half of win_size, 160"},
    {"hop_size: +100", "hop_size: 0", "stft_cfg.hop_size is '0'"},
    {"sampling_rate: 16000 # Hz", "sampling_rate: 999", "stft_cfg.sampling_rate is '999'"},
    {"hid_feature: 64", "hid_feature: 60",
     "line 22: model_cfg.hid_feature is '60'; a whole number from 8 to 1024, a multiple"},
    {"hid_feature: 64", "hid_feature: 1032", "model_cfg.hid_feature is '1032'"},
    {"hid_feature: 64", "hid_feature: 1024", NULL},
    {"num_tfmamba: null  # 4", "num_tfmamba: 0", "from 1 to 64, or null for 4 is needed"},
    {"num_tfmamba: null  # 4", "num_tfmamba: 65", "model_cfg.num_tfmamba is '65'"},
    {"num_tfmamba: null  # 4", "num_tfmamba: 'null'", "model_cfg.num_tfmamba is quoted text 'null'"},
    {"num_tfmamba: null  # 4", "", "model_cfg.num_tfmamba is missing"},
    {"d_state: 16", "d_state: 257", "model_cfg.d_state is '257'; a whole number from 1 to 256"},
    {"d_state: 16", "d_state: null", "model_cfg.d_state is 'null'"},
    {"d_conv: 4", "d_conv: 17", "model_cfg.d_conv is '17'"},
    {"expand: 2", "expand: 0", "model_cfg.expand is '0'"},
    {"compress_factor: 0.3", "compress_factor: 1.0001",
     "compress_factor is '1.0001'; a number from 0.125 to 1 is needed"},
    {"compress_factor: 0.3", "compress_factor: 0.12", "compress_factor is '0.12'"},
    {"compress_factor: 0.3", "compress_factor: 0.125", NULL},
    {"compress_factor: 0.3", "compress_factor: 0", "compress_factor is '0'"},
    {"compress_factor: 0.3", "compress_factor: .nan", "compress_factor is '.nan'"},
    {"compress_factor: 0.3", "compress_factor: nan", "compress_factor is 'nan'"},
    {"norm_epsilon: 1.0e-5", "norm_epsilon: 1e-400", "norm_epsilon is '1e-400'"},
    {"norm_epsilon: 1.0e-5", "norm_epsilon: -1e-5", "norm_epsilon is '-1e-5'"},
    {"beta: 2", "beta: inf", "beta is 'inf'"},
    {"beta: 2", "beta: 1e999", "beta is '1e999'"},
    {"beta: 2", "beta: 2,0", "beta is '2,0'"},
    {"input_channel: 2", "input_channel: 1", "model_cfg.input_channel is '1'; 2 is needed"},
    {"output_channel: 1", "output_channel: 2", "model_cfg.output_channel is '2'; 1 is needed"},
    {"beta: 2", "beta: 2\n  attention_frames: 1\n  level_frames: 65536", NULL},
    {"beta: 2", "beta: 2\n  attention_frames: 0",
     "line 30: model_cfg.attention_frames is '0'; a whole number from 1 to 65536 is needed"},
    {"beta: 2", "beta: 2\n  attention_frames: 65537", "model_cfg.attention_frames is '65537'"},
    {"beta: 2", "beta: 2\n  level_frames: 1.5", "model_cfg.level_frames is '1.5'"},
    {"beta: 2", "beta: 2\n  level_frames: 7\n  level_frames: 7", "level_frames is given twice"},
};

START_TEST(values_are_checked)
{
    const replacement *c = &replacements[_i];
    char text[2048];
    mbt_config config;
    mbt_error error = {""};
    char line[100];
    snprintf(line, sizeof line, "  %s\n", c->line);
    const char *place = strstr(strstr(block_style, "\nstft_cfg"), line);
    ck_assert_msg(place != NULL, "%s", c->line);
    snprintf(text, sizeof text, "%.*s  %s\n%s", (int)(place - block_style), block_style, c->replacement,
             place + strlen(line));
    ck_assert_msg(parse(text, &config, &error) == (c->text == NULL), "%s", error.text);
    if (c->text != NULL)
        unit_check_error(&error, c->text);
}
END_TEST

typedef struct bad_text {
    const char *yaml, *text;
} bad_text;

static const bad_text bad_texts[] = {
    {"", "the file is empty"},
    {"# nothing\n", "the file is empty"},
    {"[1, 2]", "line 1: 'a list'; a mapping with stft_cfg and model_cfg is needed"},
    {"16", "line 1: '16'; a mapping"},
    {"a: 1", "stft_cfg.sampling_rate is missing"},
    {STFT, "model_cfg.hid_feature is missing"},
    {MODEL, "stft_cfg.sampling_rate is missing"},
    {STFT STFT MODEL, "line 2: stft_cfg is given twice"},
    {STFT MODEL "---\n" STFT MODEL, "a second document"},
    {STFT "model_cfg: 3\n", "line 2: model_cfg is '3'; a mapping is needed"},
    {STFT "a: &m "
          "{}\nmodel_cfg: *m\n",
     "model_cfg is 'an alias'; a mapping is needed"},
    {"family: [mambattention]\n" STFT MODEL, "line 1: family is 'a list'; a name is needed"},
    {STFT MODEL_BUT("24", "24, family: after", ""), "line 2: family is inside model_cfg; it belongs at the top level"},
    {"family: mambattention\nfamily: mambattention\n" STFT MODEL, "family is given twice"},
    {STFT MODEL_BUT("24", "1", ", beta: 2.0"), "model_cfg.beta is given twice"},
    {STFT MODEL "a: [1\n", "not YAML"},
    {STFT "\ta: 1\n", "line 2: not YAML"},
    {STFT MODEL "a: \"\\q\"\n", "line 3: not YAML"},
    {"a: \xff\xfe\n" STFT MODEL, "not YAML"},
    {"a: \x01\n" STFT MODEL, "not YAML"},
};

START_TEST(other_texts_are_refused)
{
    mbt_config config;
    mbt_error error = {""};
    ck_assert(!parse(bad_texts[_i].yaml, &config, &error));
    unit_check_error(&error, bad_texts[_i].text);
}
END_TEST

START_TEST(depth_and_size_are_bounded)
{
    const size_t size = (1u << 20) + 1;
    char *text = malloc(size);
    ck_assert_ptr_nonnull(text);
    memset(text, '[', size);
    memcpy(text, "a: ", 3);
    mbt_config config;
    mbt_error error = {""};
    ck_assert(!mbt_config_parse(text, size, &config, &error));
    unit_check_error(&error, "1048577 bytes; at most 1048576");
    error.text[0] = '\0';
    ck_assert(!mbt_config_parse(text, size - 1, &config, &error));
    unit_check_error(&error, "line 1: nested deeper than 100");
    free(text);
}
END_TEST

/* Anchors that a loader would expand to 9^9 copies are names here. */
START_TEST(aliases_are_not_expanded)
{
    char text[4096];
    mbt_config config;
    mbt_error error = {""};
    int used = snprintf(text, sizeof text, "a0: &a0 [lol]\n");
    for (int i = 1; i < 10; ++i) {
        const int k = i - 1;
        used += snprintf(text + used, sizeof text - (size_t)used,
                         "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i, k, k, k, k, k, k,
                         k, k, k);
    }
    snprintf(text + used, sizeof text - (size_t)used, STFT MODEL);
    ck_assert_msg(parse(text, &config, &error), "%s", error.text);
}
END_TEST

START_TEST(cuts_and_damage_do_no_harm)
{
    uint64_t seed = 0x6a09e667f3bcc909u;
    mbt_config config;
    for (size_t size = 0; size < sizeof block_style - 1; ++size) {
        mbt_error error = {""};
        unit_bytes bytes = unit_copy(block_style, size);
        const bool done = mbt_config_parse((const char *)bytes.data, size, &config, &error);
        ck_assert(done == (error.text[0] == '\0'));
        ck_assert(!done || strstr(block_style + size, "output_channel") == NULL); /* the last needed key */
        free(bytes.data);
    }
    for (int i = 0; i < 5000; ++i) {
        mbt_error error = {""};
        unit_bytes bytes = unit_copy(block_style, sizeof block_style - 1);
        unit_damage(bytes, &seed);
        const bool done = mbt_config_parse((const char *)bytes.data, bytes.size, &config, &error);
        ck_assert(done == (error.text[0] == '\0'));
        ck_assert(!done || (config.n_fft % 4 == 0 && config.hop_size >= 1 && config.hop_size <= config.win_size / 2));
        free(bytes.data);
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("config");
    tcase_add_test(tests, block_style_is_read);
    tcase_add_loop_test(tests, other_styles_are_read, 0, COUNT(good_texts));
    tcase_add_test(tests, frames_of_a_causal_network);
    tcase_add_loop_test(tests, null_means_four_blocks, 0, COUNT(nulls));
    tcase_add_loop_test(tests, values_are_checked, 0, COUNT(replacements));
    tcase_add_loop_test(tests, other_texts_are_refused, 0, COUNT(bad_texts));
    tcase_add_test(tests, depth_and_size_are_bounded);
    tcase_add_test(tests, aliases_are_not_expanded);
    tcase_add_test(tests, cuts_and_damage_do_no_harm);
    return unit_main(tests, "config");
}
