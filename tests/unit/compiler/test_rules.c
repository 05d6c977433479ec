/* test_rules.c: which type each layer gets, by precision and by rules, and what rules are refused. */
#include "tests/unit/compiler/compiler_fixture.h"
#include "compiler/storage/precision.h"
#include "compiler/storage/rules.h"

#define RULE(layers, type) "  - {layers: \"" layers "\", precision: " type "}\n"

static bool parse(const char *text, mbt_rules *rules, mbt_error *error)
{
    unit_bytes bytes = unit_copy(text, strlen(text));
    const bool done = mbt_rules_parse((const char *)bytes.data, bytes.size, rules, error);
    free(bytes.data);
    return done;
}

/* One of each kind of layer: what f32, f16 and int8 store it as. */
static const struct {
    const char *layer;
    mbt_weight_type f16, int8;
    bool may_be_int8;
} kinds[] = {
    {"encoder_dense_conv_1", MBT_WEIGHT_F32, MBT_WEIGHT_F16, false},
    {"encoder_dense_block_0", MBT_WEIGHT_F16, MBT_WEIGHT_I8, true},
    {"encoder_dense_conv_2", MBT_WEIGHT_F32, MBT_WEIGHT_F16, false},
    {"block_0_attention_in_proj", MBT_WEIGHT_F16, MBT_WEIGHT_I8, true},
    {"block_12_attention_out_proj", MBT_WEIGHT_F16, MBT_WEIGHT_I8, true},
    {"block_0_time_forward_in_proj", MBT_WEIGHT_F16, MBT_WEIGHT_I8, true},
    {"block_0_time_backward_constants", MBT_WEIGHT_F16, MBT_WEIGHT_F16, false},
    {"block_3_frequency_forward_x_proj", MBT_WEIGHT_F16, MBT_WEIGHT_I8, true},
    {"block_3_frequency_forward_dt_proj", MBT_WEIGHT_F16, MBT_WEIGHT_F16, true},
    {"block_3_frequency_backward_out_proj", MBT_WEIGHT_F16, MBT_WEIGHT_I8, true},
    {"block_1_time_linear", MBT_WEIGHT_F32, MBT_WEIGHT_F16, true},
    {"mask_decoder_dense_block_3", MBT_WEIGHT_F16, MBT_WEIGHT_I8, true},
    {"mask_decoder_even", MBT_WEIGHT_F32, MBT_WEIGHT_F16, false},
    {"mask_decoder_odd", MBT_WEIGHT_F32, MBT_WEIGHT_F16, false},
    {"phase_decoder_dense_block_2", MBT_WEIGHT_F16, MBT_WEIGHT_I8, true},
    {"phase_decoder_even", MBT_WEIGHT_F32, MBT_WEIGHT_F16, false},
    {"phase_decoder_odd", MBT_WEIGHT_F32, MBT_WEIGHT_F16, false},
    {"phase_decoder_out", MBT_WEIGHT_F32, MBT_WEIGHT_F16, false},
};

START_TEST(precisions)
{
    const mbt_rules f32 = {.otherwise = MBT_WEIGHT_F32}, f16 = {.otherwise = MBT_WEIGHT_F16},
                    int8 = {.otherwise = MBT_WEIGHT_I8};
    for (int i = 0; i < COUNT(kinds); i++) {
        ck_assert_int_eq(mbt_rules_type(&f32, kinds[i].layer), MBT_WEIGHT_F32);
        ck_assert_msg(mbt_rules_type(&f16, kinds[i].layer) == kinds[i].f16, "%s", kinds[i].layer);
        ck_assert_msg(mbt_rules_type(&int8, kinds[i].layer) == kinds[i].int8, "%s", kinds[i].layer);
        ck_assert_msg(mbt_layer_may_be_int8(kinds[i].layer) == kinds[i].may_be_int8, "%s", kinds[i].layer);
    }
}
END_TEST

/* Whether the rules can be had for the fixture's network with so many blocks. */
static bool check(const mbt_rules *rules, uint32_t blocks, bool winograd, mbt_error *error)
{
    mbt_config config = fixture_config();
    mbt_parts parts;
    mbt_layer_names names;
    config.num_tfmamba = blocks;
    ck_assert(mbt_parts_init(&parts, &mbt_family_mambattention, &config, error));
    ck_assert(mbt_parts_layer_names(&parts, &names, error));
    const bool good = mbt_rules_check(rules, &names, winograd, error);
    mbt_layer_names_free(&names);
    mbt_parts_free(&parts);
    return good;
}

static const struct {
    const mbt_family *family;
    size_t in_block; /* layers: 2 of an attention, 2 x 5 and the joining one of Mamba */
} families[] = {
    {&mbt_family_mambattention, 2 + 2 * 11}, {&mbt_family_unshared, 2 * 2 + 2 * 11}, {&mbt_family_after, 2 + 2 * 11},
    {&mbt_family_semamba, 2 * 11},           {&mbt_family_causal, 2 + 6 + 11},
};

/* The names are those of the arrays of a network, each of which is stored as the rules say. */
START_TEST(names_are_those_of_the_network)
{
    const mbt_config config = fixture_config();
    const mbt_family *family = families[_i].family;
    const mbt_storage storage = {MBT_FORM_DIRECT, {.otherwise = MBT_WEIGHT_I8}};
    mbt_tensors tensors = {0};
    mbt_network network;
    mbt_layer_names names;
    mbt_error error = {""};
    ck_assert(mbt_random_weights(&config, family, 7, &tensors, &error));
    ck_assert(mbt_network_build(&config, family, &tensors, &storage, "name", "", &network, &error));
    mbt_tensors_free(&tensors);
    ck_assert(mbt_parts_layer_names(&network.parts, &names, &error));
    ck_assert_uint_eq(names.count, 3 * 4 + 2 + 2 + 3 + 2 * families[_i].in_block);
    size_t found = 0;
    for (size_t i = 0; i < names.count; i++) {
        const char *name = names.list[i];
        size_t arrays = 0;
        for (size_t k = 0; k < network.arrays.count; k++) {
            const mbt_array *array = &network.arrays.list[k];
            if (strcmp(array->layer, name) == 0) {
                ck_assert(array->type == mbt_rules_type(&storage.rules, name) || strstr(array->name, "_scale") != NULL);
                arrays++;
            }
        }
        ck_assert_msg(arrays > 0, "%s", name);
        found += arrays;
    }
    for (size_t k = 0; k < network.arrays.count; k++)
        found -= network.arrays.list[k].layer[0] != '\0';
    ck_assert_uint_eq(found, 0); /* no other layers */
    mbt_layer_names_free(&names);
    mbt_network_free(&network);
}
END_TEST

START_TEST(the_first_that_fits_decides)
{
    mbt_rules rules;
    mbt_error error = {""};
    ck_assert_msg(parse("# comment\n"
                        "rules:\n" RULE("block_0_time_linear", "int8") RULE("block_[02]_*", "f32")
                            RULE("*_linear", "f16") RULE("*_dense_block_?", "f16") "default: f16\n",
                        &rules, &error),
                  "%s", error.text);
    ck_assert_uint_eq(rules.count, 4);
    ck_assert_uint_eq(rules.list[1].line, 4);
    ck_assert_int_eq(rules.otherwise, MBT_WEIGHT_F16);
    ck_assert_int_eq(mbt_rules_type(&rules, "block_0_time_linear"), MBT_WEIGHT_I8);
    ck_assert_int_eq(mbt_rules_type(&rules, "block_0_frequency_linear"), MBT_WEIGHT_F32);
    ck_assert_int_eq(mbt_rules_type(&rules, "block_2_time_linear"), MBT_WEIGHT_F32);
    ck_assert_int_eq(mbt_rules_type(&rules, "block_1_time_linear"), MBT_WEIGHT_F16);
    ck_assert_int_eq(mbt_rules_type(&rules, "encoder_dense_block_3"), MBT_WEIGHT_F16);
    ck_assert_int_eq(mbt_rules_type(&rules, "block_1_time_forward_constants"), MBT_WEIGHT_F16); /* as f16 has it */
    ck_assert_msg(check(&rules, 3, true, &error), "%s", error.text);
    ck_assert(!check(&rules, 0, true, &error)); /* without the blocks */
    unit_check_error(&error, "line 3: 'block_0_time_linear' matches no layer");
    mbt_rules_free(&rules);
}
END_TEST

START_TEST(int8_is_the_default)
{
    mbt_rules rules;
    mbt_error error = {""};
    ck_assert_msg(parse("rules: []", &rules, &error), "%s", error.text);
    ck_assert(rules.count == 0 && rules.otherwise == MBT_WEIGHT_I8);
    ck_assert(check(&rules, 4, false, &error));
    mbt_rules_free(&rules);
    ck_assert_msg(parse("rules:\n"
                        "- layers: 'mask_decoder_*'\n"
                        "  precision: \"f32\"\n",
                        &rules, &error),
                  "%s", error.text);
    ck_assert_int_eq(mbt_rules_type(&rules, "mask_decoder_dense_block_1"), MBT_WEIGHT_F32);
    ck_assert_int_eq(mbt_rules_type(&rules, "encoder_dense_block_1"), MBT_WEIGHT_I8);
    ck_assert(check(&rules, 4, false, &error));
    mbt_rules_free(&rules);
}
END_TEST

static const struct {
    const char *yaml, *text;
    bool winograd;
} refused[] = {
    {RULE("encoder_dense_blocks_*", "f16"), "line 2: 'encoder_dense_blocks_*' matches no layer", false},
    {RULE("*", "f16") RULE("block_2_*", "f16"), "line 3: 'block_2_*' matches no layer", false}, /* there are two */
    {RULE("encoder_dense_block", "f16"), "matches no layer", false},
    {RULE("block_*_in_proj", "f16") RULE("block_0_time_forward_in_proj", "f32"),
     "line 3: earlier rules decide all layers that 'block_0_time_forward_in_proj' matches", false},
    {RULE("block_0_*", "f16") RULE("*_dt_proj", "f16") RULE("block_1_*", "f16") RULE("block_?_*_[do]*_proj", "f32"),
     "line 5: earlier rules decide all layers that 'block_?_*_[do]*_proj' matches", false}, /* none of them alone */
    {RULE("*_linear", "f16") RULE("*_linear", "f16"), "line 3: earlier rules decide", false},
    {RULE("*", "int8"), "line 2: '*' asks for ", false},
    {RULE("encoder_dense_*", "int8"),
     "line 2: 'encoder_dense_*' asks for encoder_dense_conv_1 in int8; only dense_block, in_proj, out_proj, x_proj, "
     "dt_proj and linear can be",
     false},
    {RULE("*_conv_2", "int8"), "asks for encoder_dense_conv_2 in int8", false},
    {RULE("block_1_*_constants", "int8"), "asks for block_1_time_forward_constants in int8", false},
    {RULE("mask_decoder_even", "int8"), "asks for mask_decoder_even in int8", false},
    {RULE("mask_decoder_odd", "int8"), "asks for mask_decoder_odd in int8", false},
    {RULE("phase_decoder_even", "int8"), "asks for phase_decoder_even in int8", false},
    {RULE("phase_decoder_odd", "int8"), "asks for phase_decoder_odd in int8", false},
    {RULE("phase_decoder_out", "int8"), "asks for phase_decoder_out in int8", false},
    {RULE("mask_decoder_dense_block_[12]", "f16"),
     "line 2: mask_decoder_dense_block_0 would be int8, mask_decoder_dense_block_1 f16; the four of a dense block are "
     "int8 "
     "together or not at all",
     false},
    {RULE("encoder_dense_block_3", "int8") RULE("encoder_dense_block_*", "f32"),
     "line 2: encoder_dense_block_0 would be f32, encoder_dense_block_3 int8; ", false},
    {RULE("*_linear", "f16") RULE("encoder_dense_block_0", "f16"),
     "line 3: encoder_dense_block_0 would be f16, encoder_dense_block_1 int8; ", false},
    {RULE("encoder_dense_block_*", "f32") RULE("mask_decoder_dense_*", "f16"),
     "--convolution winograd: phase_decoder_dense_block_0 would be int8, which has no Winograd form", true},
};

START_TEST(what_cannot_be_is_refused)
{
    char text[1000];
    mbt_rules rules;
    mbt_error error = {""};
    snprintf(text, sizeof text, "rules:\n%s", refused[_i].yaml);
    ck_assert_msg(parse(text, &rules, &error), "%s", error.text);
    ck_assert(!check(&rules, 2, refused[_i].winograd, &error));
    unit_check_error(&error, refused[_i].text);
    mbt_rules_free(&rules);
}
END_TEST

START_TEST(what_can_be_is_not)
{
    mbt_rules rules;
    mbt_error error = {""};
    const mbt_rules int8 = {.otherwise = MBT_WEIGHT_I8};
    ck_assert_msg(parse("default: f32\n"
                        "rules:\n" RULE("block_*_linear", "int8") RULE("*_dt_proj", "int8") RULE("*_in_proj", "int8")
                            RULE("*_out_proj", "int8") RULE("*_x_proj", "int8") RULE("mask_*_block_*", "int8"),
                        &rules, &error),
                  "%s", error.text);
    ck_assert_msg(check(&rules, 4, false, &error), "%s", error.text);
    mbt_rules_free(&rules);
    ck_assert_msg(parse("rules:\n" RULE("*", "f16"), &rules, &error), "%s", error.text);
    ck_assert_msg(check(&rules, 4, true, &error), "%s", error.text);
    mbt_rules_free(&rules);
    ck_assert(check(&int8, 4, false, &error));
    ck_assert(!check(&int8, 4, true, &error));
    unit_check_error(&error, "--convolution winograd: encoder_dense_block_0 would be int8");
}
END_TEST

#define NAME_95 "a1234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234"

static const struct {
    const char *yaml, *text;
} bad_texts[] = {
    {"", "the file is empty; a mapping with rules is needed"},
    {"- a\n", "line 1: 'a list'; a mapping with rules is needed"},
    {"default: f16\n", "rules is missing"},
    {"rules: f16\n", "line 1: rules is 'f16'; a list is needed"},
    {"rules:\n", "line 1: rules is 'nothing'; a list is needed"},
    {"rules: ''\n", "line 1: rules is ''; a list is needed"},
    {"default:\nrules: []\n", "line 1: default is 'nothing'; f32, f16 or int8 is needed"},
    {"rules: {}\n", "rules is 'a mapping'; a list is needed"},
    {"rules: []\nrules: []\n", "line 2: rules is given twice"},
    {"default: f16\ndefault: f16\nrules: []\n", "line 2: default is given twice"},
    {"default: mixed\nrules: []\n", "line 1: default is 'mixed'; f32, f16 or int8 is needed"},
    {"default: \"f16\\0\"\nrules: []\n", "default is 'f16'; f32, f16 or int8 is needed"},
    {"default: [f16]\nrules: []\n", "default is 'a list'; f32, f16 or int8 is needed"},
    {"defaults: f16\nrules: []\n", "line 1: 'defaults'; default and rules are known"},
    {"? [a]\n: b\n", "line 1: 'a list'; default and rules are known"},
    {"rules: [f16]\n", "line 1: a rule is 'f16'; {layers: PATTERN, precision: TYPE} is needed"},
    {"rules:\n  - {layers: a}\n", "line 2: a rule without precision"},
    {"rules:\n  - {precision: f16}\n", "line 2: a rule without layers"},
    {"rules: [{}]\n", "line 1: a rule without layers"},
    {"rules:\n" RULE("a", "f64"), "line 2: precision is 'f64'; f32, f16 or int8 is needed"},
    {"rules:\n" RULE("a", "f16, layers: b"), "line 2: layers is given twice"},
    {"rules:\n" RULE("a", "f16, precision: f16"), "line 2: precision is given twice"},
    {"rules:\n" RULE("a", "f16, bits: 8"), "line 2: 'bits' in a rule; layers and precision are known"},
    {"rules:\n" RULE("", "f16"), "line 2: layers is ''; a pattern is needed"},
    {"rules:\n" RULE("a\\0b", "f16"), "line 2: layers is 'a'; a pattern is needed"},
    {"rules:\n  - {layers: [a], precision: f16}\n", "layers is 'a list'; a pattern is needed"},
    {"rules:\n  - {layers: *linear , precision: f16}\n", "layers is 'an alias'; a pattern is needed, in quotes if it"},
    {"rules:\n  - {layers: *_block_*, precision: f16}\n", "a text that begins with * needs quotes"},
    {"rules:\n" RULE(NAME_95 "a", "f16"), "line 2: layers has 96 characters; at most 95 are allowed"},
    {"rules: []\n---\nrules: []\n", "line 2: a second document"},
    {"rules: [\n", "not YAML"},
    {"rules: [[[[[[\n", "line 1: a rule is 'a list'"},
    {"a: \xff\xfe\n", "not YAML"},
};

START_TEST(other_texts_are_refused)
{
    mbt_rules rules;
    mbt_error error = {""};
    ck_assert(!parse(bad_texts[_i].yaml, &rules, &error));
    unit_check_error(&error, bad_texts[_i].text);
    ck_assert_ptr_null(rules.list);
}
END_TEST

START_TEST(lengths_are_bounded)
{
    const char *rule = "- {layers: " NAME_95 ", precision: f16}\n";
    const size_t length = strlen(rule), start = strlen("rules:\n");
    char *text = malloc(start + 1001 * length + 1);
    mbt_rules rules;
    mbt_error error = {""};
    ck_assert_ptr_nonnull(text);
    strcpy(text, "rules:\n");
    for (size_t i = 0; i < 1001; i++)
        strcpy(text + start + i * length, rule);
    ck_assert(!parse(text, &rules, &error));
    unit_check_error(&error, "line 1002: more than 1000 rules");
    text[start + 1000 * length] = '\0';
    error.text[0] = '\0';
    ck_assert_msg(parse(text, &rules, &error), "%s", error.text);
    ck_assert_uint_eq(rules.count, 1000);
    ck_assert_str_eq(rules.list[999].layers, NAME_95);
    mbt_rules_free(&rules);
    free(text);
}
END_TEST

START_TEST(cuts_and_damage_do_no_harm)
{
    static const char whole[] = "# mixed\n"
                                "default: int8\n"
                                "rules:\n" RULE("mask_*_block_*", "f16") "  - layers: block_?_time_linear\n"
                                                                         "    precision: f32\n";
    uint64_t seed = 0xbb67ae8584caa73bu;
    for (size_t i = 0; i < sizeof whole - 1 + 5000; i++) {
        const size_t size = i < sizeof whole - 1 ? i : sizeof whole - 1;
        unit_bytes bytes = unit_copy(whole, size);
        mbt_rules rules;
        mbt_error error = {""};
        if (size == sizeof whole - 1)
            unit_damage(bytes, &seed);
        const bool done = mbt_rules_parse((const char *)bytes.data, size, &rules, &error);
        ck_assert(done == (error.text[0] == '\0') && (done || rules.list == NULL));
        if (done) {
            const bool good = check(&rules, 4, false, &error);
            ck_assert(good == (error.text[0] == '\0'));
        }
        mbt_rules_free(&rules);
        free(bytes.data);
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("rules");
    tcase_add_test(tests, precisions);
    tcase_add_loop_test(tests, names_are_those_of_the_network, 0, COUNT(families));
    tcase_add_test(tests, the_first_that_fits_decides);
    tcase_add_test(tests, int8_is_the_default);
    tcase_add_loop_test(tests, what_cannot_be_is_refused, 0, COUNT(refused));
    tcase_add_test(tests, what_can_be_is_not);
    tcase_add_loop_test(tests, other_texts_are_refused, 0, COUNT(bad_texts));
    tcase_add_test(tests, lengths_are_bounded);
    tcase_add_test(tests, cuts_and_damage_do_no_harm);
    return unit_main(tests, "rules");
}
