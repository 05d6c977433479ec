/* test_families.c: a network is of the family that the configuration says, or whose tensors a checkpoint has; what is
 * neither is named. */
#include "tests/unit/compiler/compiler_fixture.h"

#include <string.h>

static mbt_config config_of(const char *family)
{
    mbt_config config = fixture_config();
    snprintf(config.family, sizeof config.family, "%s", family);
    config.family_line = 3;
    return config;
}

static const struct {
    const char *name;
    const mbt_family *family;
} families[] = {{"mambattention", &mbt_family_mambattention},
                {"unshared", &mbt_family_unshared},
                {"after", &mbt_family_after},
                {"semamba", &mbt_family_semamba},
                {"causal", &mbt_family_causal}};

START_TEST(a_name_decides)
{
    const mbt_config config = config_of(families[_i].name);
    const mbt_family *named = NULL;
    mbt_tensors tensors = {0};
    mbt_error error = {""};
    ck_assert(mbt_family_named(&config, &named, &error));
    ck_assert_ptr_eq(named, families[_i].family);
    ck_assert_ptr_eq(mbt_family_choose(named, NULL, &error), named);
    ck_assert(mbt_random_weights(&config, named, 1, &tensors, &error));
    ck_assert_ptr_eq(mbt_family_choose(named, &tensors, &error), named);
    mbt_tensors_free(&tensors);
}
END_TEST

/* after has MambAttention's tensors: they say nothing of the order. */
START_TEST(else_the_tensors_do)
{
    const mbt_config config = fixture_config();
    const mbt_family *family = families[_i].family, *named = family;
    mbt_tensors tensors = {0};
    mbt_error error = {""};
    ck_assert(mbt_family_named(&config, &named, &error));
    ck_assert_ptr_null(named);
    ck_assert(mbt_random_weights(&config, family, 1, &tensors, &error));
    ck_assert_ptr_eq(mbt_family_choose(NULL, &tensors, &error),
                     family == &mbt_family_after ? &mbt_family_mambattention : family);
    mbt_tensors_free(&tensors);
    ck_assert_ptr_eq(mbt_family_choose(NULL, NULL, &error), &mbt_family_mambattention);
}
END_TEST

static const char *const unknown[] = {"", "mamba", "MambAttention", "semamba2", "mambattention "};

START_TEST(unknown_names_are_refused)
{
    const mbt_config config = config_of(unknown[_i]);
    const mbt_family *named = NULL;
    char text[200];
    mbt_error error = {""};
    ck_assert(!mbt_family_named(&config, &named, &error));
    snprintf(text, sizeof text,
             "line 3: unknown family '%s'; known families: mambattention, unshared, after, semamba, causal",
             unknown[_i]);
    ck_assert_str_eq(error.text, text);
}
END_TEST

/* Every family's tensors under every other family's name. */
START_TEST(tensors_of_another_family_are_refused)
{
    const mbt_config config = fixture_config();
    mbt_tensors tensors = {0};
    mbt_error error = {""};
    ck_assert(mbt_random_weights(&config, families[_i].family, 1, &tensors, &error));
    for (size_t i = 0; i < COUNT(families); i++) {
        const mbt_family *named = families[i].family;
        const bool same_tensors = strcmp(named->mark, families[_i].family->mark) == 0;
        error.text[0] = '\0';
        ck_assert_msg((mbt_family_choose(named, &tensors, &error) != NULL) == same_tensors, "%s", named->name);
        ck_assert(same_tensors || strstr(error.text, "; the configuration says ") != NULL);
        ck_assert(same_tensors || strstr(error.text, named->name) != NULL);
    }
    mbt_tensors_free(&tensors);
}
END_TEST

/* Gives every tensor's name a prefix; count of them in turn. */
static void put_before(mbt_tensors *tensors, const char *const *prefixes, size_t count)
{
    for (size_t i = 0; i < tensors->count; i++) {
        const char *prefix = prefixes[i % count];
        const size_t size = strlen(prefix), length = strlen(tensors->list[i].name);
        char *name = malloc(size + length + 1);
        ck_assert_ptr_nonnull(name);
        snprintf(name, size + length + 1, "%s%s", prefix, tensors->list[i].name);
        free(tensors->list[i].name);
        tensors->list[i].name = name;
    }
}

static const char *const prefixes[] = {"", "model.", "net.generator.module.", "a.b.c.d.", "dense."};

/* Whatever stands before the network's own names goes. */
START_TEST(a_prefix_is_looked_through)
{
    const mbt_config config = fixture_config();
    for (size_t i = 0; i < COUNT(families); i++) {
        mbt_tensors plain = {0}, tensors = {0};
        mbt_error error = {""};
        ck_assert(mbt_random_weights(&config, families[i].family, 1, &plain, &error));
        ck_assert(mbt_random_weights(&config, families[i].family, 1, &tensors, &error));
        put_before(&tensors, &prefixes[_i], 1);
        ck_assert(mbt_tensors_add_object(&tensors, "beside", "numpy.scalar", &error));
        ck_assert_msg(mbt_family_trim_names(&tensors, &error), "%s", error.text);
        for (size_t k = 0; k < plain.count; k++)
            ck_assert_str_eq(tensors.list[k].name, plain.list[k].name);
        ck_assert_str_eq(tensors.list[plain.count].name, "beside");
        mbt_tensors_free(&plain);
        mbt_tensors_free(&tensors);
    }
}
END_TEST

START_TEST(networks_side_by_side_are_listed)
{
    static const char *const two[] = {"nets.first.", "nets.second.", "nets.first.ema."};
    const mbt_config config = fixture_config();
    mbt_tensors tensors = {0};
    mbt_error error = {""};
    ck_assert(mbt_random_weights(&config, families[0].family, 1, &tensors, &error));
    put_before(&tensors, two, COUNT(two));
    ck_assert(!mbt_family_trim_names(&tensors, &error));
    ck_assert_str_eq(error.text, "the tensors are of several networks: nets.first, nets.second; "
                                 "--key NAME takes those of one");
    mbt_tensors_free(&tensors);
}
END_TEST

START_TEST(an_object_may_not_have_a_tensors_name)
{
    const uint64_t shape[] = {2};
    mbt_tensors tensors = {0};
    mbt_error error = {""};
    ck_assert(mbt_tensors_add_object(&tensors, "dense_encoder.x", "numpy.scalar", &error));
    ck_assert_ptr_nonnull(mbt_tensors_add(&tensors, "model.dense_encoder.x", shape, 1, &error));
    ck_assert(!mbt_family_trim_names(&tensors, &error));
    unit_check_error(&error, "tensor 'dense_encoder.x' is there twice");
    mbt_tensors_free(&tensors);
}
END_TEST

/* Names that are of no network of ours stay as they are. */
START_TEST(other_names_are_kept)
{
    static const char *const names[] = {"model.layer.weight", "model.mask_decoder", "x.dense_encoders.y"};
    const uint64_t shape[] = {2};
    mbt_tensors tensors = {0};
    mbt_error error = {""};
    for (size_t i = 0; i < COUNT(names); i++)
        ck_assert_ptr_nonnull(mbt_tensors_add(&tensors, names[i], shape, 1, &error));
    ck_assert(mbt_family_trim_names(&tensors, &error));
    for (size_t i = 0; i < COUNT(names); i++)
        ck_assert_str_eq(tensors.list[i].name, names[i]);
    mbt_tensors_free(&tensors);
}
END_TEST

START_TEST(unsupported_families_are_named)
{
    static const char *const cases[][2] = {
        {"TSTransformer.0.time_transformer.norm1.weight", "MP-SENet, which"},
        {"TSConformer.0.time_conformer.post_norm.weight", "MP-SENet (2023), which"},
        {"TSxLSTM.0.tlinear.weight", "xLSTM-SENet, which"},
        {"TSLSTM.0.tlinear.weight", "LSTM, which"},
    };
    const uint64_t shape[] = {2};
    for (size_t i = 0; i < COUNT(cases); i++) {
        mbt_tensors tensors = {0};
        mbt_error error = {""};
        ck_assert_ptr_nonnull(mbt_tensors_add(&tensors, cases[i][0], shape, 1, &error));
        ck_assert_ptr_null(mbt_family_choose(NULL, &tensors, &error));
        ck_assert_msg(strstr(error.text, cases[i][0]) != NULL && strstr(error.text, cases[i][1]) != NULL, "%s",
                      error.text);
        mbt_tensors_free(&tensors);
    }
}
END_TEST

/* The steps of the last block, by kind (F: Mamba forward), along time and along frequency; attention is one for both
 * axes or is not. */
static const struct {
    const char *time, *frequency;
    bool shared;
} steps[] = {{"AM", "AM", true}, {"AM", "AM", false}, {"MA", "MA", true}, {"M", "M", false}, {"AF", "AM", true}};

static void expect_steps(const mbt_axis *axis, const char *wanted)
{
    ck_assert_uint_eq(axis->count, strlen(wanted));
    for (uint32_t i = 0; i < axis->count; i++)
        ck_assert_uint_eq(axis->steps[i].kind, wanted[i] == 'A'   ? MBT_STEP_ATTENTION
                                               : wanted[i] == 'F' ? MBT_STEP_FORWARD_MAMBA
                                                                  : MBT_STEP_BIMAMBA);
}

START_TEST(steps_are_in_the_order_of_the_family)
{
    const mbt_config config = fixture_config();
    const mbt_family *family = families[_i].family;
    const mbt_storage storage = {MBT_FORM_DIRECT, {.otherwise = MBT_WEIGHT_F32}};
    mbt_tensors tensors = {0};
    mbt_network network;
    mbt_error error = {""};
    ck_assert(mbt_random_weights(&config, family, 1, &tensors, &error));
    ck_assert(mbt_network_build(&config, family, &tensors, &storage, "name", "", &network, &error));
    const mbt_block *block = &network.model.blocks[1];
    expect_steps(&block->time, steps[_i].time);
    expect_steps(&block->frequency, steps[_i].frequency);
    const size_t at = (size_t)(strchr(steps[_i].time, 'A') - steps[_i].time);
    if (strchr(steps[_i].time, 'A') != NULL)
        ck_assert((block->time.steps[at].layer == block->frequency.steps[at].layer) == steps[_i].shared);
    ck_assert_str_eq(network.model.family, families[_i].name);
    mbt_network_free(&network);
    mbt_tensors_free(&tensors);
}
END_TEST

/* The longest names of the most blocks are whole, and no two parts have the same name in C or the same label. */
START_TEST(names_fit_and_differ)
{
    const mbt_family *family = families[_i].family;
    mbt_config config = fixture_config();
    mbt_parts parts;
    mbt_error error = {""};
    char name[200], tensors[200];
    config.num_tfmamba = 64;
    ck_assert(mbt_parts_init(&parts, family, &config, &error));
    for (uint32_t i = 0; family->in_block[i] != NULL; i++) {
        const mbt_part *part = mbt_parts_of_block(&parts, 63, i);
        snprintf(name, sizeof name, "block_63_%s", family->in_block[i]->name);
        snprintf(tensors, sizeof tensors, "%s.63.%s", family->blocks, family->in_block[i]->tensors);
        ck_assert_str_eq(part->place.name, name);
        ck_assert_str_eq(part->place.tensors, tensors);
        snprintf(name, sizeof name, "block 63 %s", family->in_block[i]->label);
        ck_assert_str_eq(part->label, name);
    }
    for (size_t i = 0; i < parts.count; i++)
        for (size_t k = 0; k < i; k++)
            ck_assert(strcmp(parts.list[i].place.name, parts.list[k].place.name) != 0 &&
                      strcmp(parts.list[i].label, parts.list[k].label) != 0);
    mbt_parts_free(&parts);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("families");
    tcase_add_loop_test(tests, a_name_decides, 0, COUNT(families));
    tcase_add_loop_test(tests, else_the_tensors_do, 0, COUNT(families));
    tcase_add_loop_test(tests, unknown_names_are_refused, 0, COUNT(unknown));
    tcase_add_loop_test(tests, tensors_of_another_family_are_refused, 0, COUNT(families));
    tcase_add_loop_test(tests, a_prefix_is_looked_through, 0, COUNT(prefixes));
    tcase_add_test(tests, networks_side_by_side_are_listed);
    tcase_add_test(tests, an_object_may_not_have_a_tensors_name);
    tcase_add_test(tests, other_names_are_kept);
    tcase_add_test(tests, unsupported_families_are_named);
    tcase_add_loop_test(tests, names_fit_and_differ, 0, COUNT(families));
    tcase_add_loop_test(tests, steps_are_in_the_order_of_the_family, 0, COUNT(families));
    return unit_main(tests, "families");
}
