/* test_self_test.c: mbt_self_test finds nothing wrong in our builds, with any kernels, any threads and any mode, and
 * asks the system for no more than it says. */
#include "tests/api/api.h"

#include <inttypes.h>
#include <stdio.h>

#include "runtime/self_test.h"
#include "weights/models.h"

/* The hashes of the scalar kernels, which are the specification. On a failure these are the lines for self_test.c. */
START_TEST(every_linked_model_is_known)
{
    bool good = true;
    for (const mbt_linked_model *linked = mbt_linked_models; linked->name; linked++) {
        mbt_options options;
        mbt_options_init(&options);
        options.isa = mbt_isa_available(MBT_ISA_SCALAR) ? MBT_ISA_SCALAR : MBT_ISA_AUTO;
        options.threads = 1;
        uint64_t hash;
        ck_assert_int_eq(mbt_self_test_hash(linked->model, &options, &hash), MBT_OK);
        if (hash == mbt_self_test_wanted(linked->model->name))
            continue;
        good = false;
        printf("    {\"%s\", %d, UINT64_C(0x%016" PRIx64 ")},\n", linked->model->name, MBT_SLEEF, hash);
    }
    fflush(stdout);
    ck_assert(good);
    ck_assert(mbt_self_test_wanted("tiny") == 0 && mbt_self_test_wanted("") == 0);
}
END_TEST

START_TEST(all_kernels_pass)
{
    for (int isa = 0; isa < MBT_ISA_COUNT; isa++) {
        mbt_options options;
        mbt_options_init(&options);
        options.isa = (mbt_isa)isa;
        options.threads = _i ? 3 : 1;
        options.window = 400; /* does not count */
        options.overlap = 100;
        options.dry = 0.5f;
        options.limit = 6;
        const mbt_status wanted = mbt_isa_available(options.isa) ? MBT_OK : MBT_ERROR_ISA;
        ck_assert_msg(mbt_self_test(&options) == wanted, "%s", mbt_isa_name(options.isa));
    }
    ck_assert_int_eq(api_hook.threads, 0);
}
END_TEST

static int count_call(void *cookie, double done)
{
    (void)done;
    return ++*(int *)cookie;
}

START_TEST(it_gives_back_what_it_takes)
{
    mbt_options options;
    mbt_options_init(&options);
    options.threads = 1;
    options.max_samples = MBT_SELF_TEST_SAMPLES;
    int calls = 0;
    options.progress = count_call;
    options.progress_cookie = &calls;
    size_t bytes = 0;
    ck_assert_int_eq(mbt_memory_needed(mbt_model_default(), &options, &bytes), MBT_OK);
    const int blocks = api_hook.blocks;
    api_hook.allocations = 0;
    mbt_status status = mbt_self_test(NULL);
    unsigned allocations = api_hook.allocations; /* before check makes its own */
    const int blocks_after = api_hook.blocks;
    ck_assert_int_eq(status, MBT_OK);
    ck_assert_uint_eq(allocations, 1);
    ck_assert_int_eq(blocks_after, blocks);
    options.memory = api_block(bytes);
    options.memory_size = bytes;
    api_hook.allocations = 0;
    status = mbt_self_test(&options);
    allocations = api_hook.allocations;
    ck_assert_int_eq(status, MBT_OK);
    ck_assert_uint_eq(allocations, 0);
    ck_assert_int_eq(calls, 0);
    options.memory_size--;
    ck_assert_int_eq(mbt_self_test(&options), MBT_ERROR_MEMORY);
    free(options.memory);
    options = (mbt_options){.threads = 257};
    ck_assert_int_eq(mbt_self_test(&options), MBT_ERROR_ARGUMENT);
}
END_TEST

/* One bit of one number of the network changes the hash. */
START_TEST(a_damaged_model_is_noticed)
{
    mbt_model model = *mbt_model_default();
    uint32_t bits;
    memcpy(&bits, &model.compress_factor, sizeof bits);
    bits ^= 1;
    memcpy(&model.compress_factor, &bits, sizeof bits);
    mbt_options options;
    mbt_options_init(&options);
    uint64_t hash;
    ck_assert_int_eq(mbt_self_test_hash(&model, &options, &hash), MBT_OK);
    ck_assert(hash != mbt_self_test_wanted(model.name));
}
END_TEST

TCase *api_self_test_tests(void)
{
    TCase *tests = tcase_create("self_test");
    tcase_add_test(tests, every_linked_model_is_known);
    tcase_add_loop_test(tests, all_kernels_pass, 0, 2);
    tcase_add_test(tests, it_gives_back_what_it_takes);
    tcase_add_test(tests, a_damaged_model_is_noticed);
    return tests;
}
