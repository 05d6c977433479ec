/* fuzz_torch_zip.c: checkpoints of torch.save, as they are or with damage in the pickle alone; all of them, and the
 * networks under some keys. */
#include "compiler/families/family.h"
#include "tests/fuzz/fuzz_compiler.h"

static const char *const keys[] = {NULL, "generator", "nets.second", "a.b.c"};

static void read_under(const uint8_t *archive, size_t size, const char *key)
{
    mbt_tensors tensors;
    mbt_error error = {""};
    bool done = mbt_checkpoint_read(archive, size, "input", key, &tensors, &error);
    fuzz_check_error(done, &error);
    FUZZ_CHECK(done || tensors.list == NULL);
    fuzz_check_tensors(&tensors);
    if (done) {
        done = mbt_family_trim_names(&tensors, &error);
        fuzz_check_error(done, &error);
        if (done)
            fuzz_check_tensors(&tensors);
    }
    mbt_tensors_free(&tensors);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t archive_size;
    uint8_t *archive = fuzz_checkpoint((fuzz_input){data, size}, &archive_size);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        read_under(archive, archive_size, keys[i]);
    free(archive);
    return 0;
}
