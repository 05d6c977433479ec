/* fuzz_rules.c: files of rules, and their use on every layer of networks with one block and with three. */
#include "compiler/parts.h"

#include "tests/fuzz/fuzz_compiler.h"

static void use(const mbt_rules *rules, const mbt_family *family, uint32_t blocks, bool winograd)
{
    const mbt_config config = {.num_tfmamba = blocks};
    mbt_parts parts;
    mbt_layer_names names = {.list = NULL};
    mbt_error error = {""};
    FUZZ_CHECK(mbt_parts_init(&parts, family, &config, &error) && mbt_parts_layer_names(&parts, &names, &error));
    const bool fits = mbt_rules_check(rules, &names, winograd, &error);
    fuzz_check_error(fits, &error);
    for (size_t i = 0; i < names.count; i++) {
        const mbt_weight_type type = mbt_rules_type(rules, names.list[i]);
        const bool int8 = type == MBT_WEIGHT_I8;
        FUZZ_CHECK(int8 || type == MBT_WEIGHT_F32 || type == MBT_WEIGHT_F16);
        FUZZ_CHECK(!fits || !int8 || mbt_layer_may_be_int8(names.list[i]));
    }
    mbt_layer_names_free(&names);
    mbt_parts_free(&parts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mbt_rules rules;
    mbt_error error = {""};
    const bool done = mbt_rules_parse((const char *)data, size, &rules, &error);
    fuzz_check_error(done, &error);
    FUZZ_CHECK(done || rules.list == NULL);
    if (done) {
        use(&rules, &mbt_family_mambattention, 1, true);
        use(&rules, &mbt_family_unshared, 3, false);
        mbt_rules_free(&rules);
    }
    return 0;
}
