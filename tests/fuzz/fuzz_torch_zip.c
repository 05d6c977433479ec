/* fuzz_torch_zip.c: checkpoints of torch.save, as they are or with damage in the pickle alone. */
#include "tests/fuzz/fuzz_compiler.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mbt_tensors tensors;
    mbt_error error = {""};
    size_t archive_size;
    uint8_t *archive = fuzz_checkpoint((fuzz_input){data, size}, &archive_size);
    const bool done = mbt_checkpoint_read(archive, archive_size, "input", &tensors, &error);
    free(archive);
    fuzz_check_error(done, &error);
    FUZZ_CHECK(done || tensors.list == NULL);
    fuzz_check_tensors(&tensors);
    mbt_tensors_free(&tensors);
    return 0;
}
