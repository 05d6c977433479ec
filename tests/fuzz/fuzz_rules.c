/* fuzz_rules.c: files of rules, and their use on every layer of networks with one block and with three. */
#include "compiler/rules.h"

#include "tests/fuzz/fuzz_compiler.h"

static void use(const mbt_rules *rules, uint32_t blocks, bool winograd)
{
    char name[MBT_LAYER_NAME];
    mbt_error error = {""};
    const bool fits = mbt_rules_check(rules, blocks, winograd, &error);
    fuzz_check_error(fits, &error);
    for (size_t i = 0; i < mbt_layer_count(blocks); i++) {
        mbt_layer_name(i, name);
        const mbt_weight_type type = mbt_rules_type(rules, name);
        const bool int8 = type == MBT_WEIGHT_I8;
        FUZZ_CHECK(int8 || type == MBT_WEIGHT_F32 || type == MBT_WEIGHT_F16);
        FUZZ_CHECK(!fits || !int8 || mbt_layer_may_be_int8(name));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mbt_rules rules;
    mbt_error error = {""};
    const bool done = mbt_rules_parse((const char *)data, size, &rules, &error);
    fuzz_check_error(done, &error);
    FUZZ_CHECK(done || rules.list == NULL);
    if (done) {
        use(&rules, 1, true);
        use(&rules, 3, false);
        mbt_rules_free(&rules);
    }
    return 0;
}
