/* fuzz_safetensors.c: safetensors files; what begins with '{' is a header up to a zero byte, and data, for which the
 * header's length is made, so that mutations of the header leave it whole. */
#include "compiler/read/safetensors.h"

#include "tests/fuzz/fuzz_compiler.h"

#define LENGTH_BYTES 8u

static uint8_t *make_file(fuzz_input input, size_t *size)
{
    const fuzz_input header = fuzz_take_until(&input, 0);
    uint8_t *bytes = malloc(LENGTH_BYTES + header.left + input.left);
    FUZZ_CHECK(bytes != NULL);
    for (unsigned i = 0; i < LENGTH_BYTES; i++)
        bytes[i] = (uint8_t)((uint64_t)header.left >> 8 * i);
    memcpy(bytes + LENGTH_BYTES, header.at, header.left);
    memcpy(bytes + LENGTH_BYTES + header.left, input.at, input.left);
    *size = LENGTH_BYTES + header.left + input.left;
    return bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mbt_tensors tensors = {0};
    mbt_error error = {""};
    size_t file_size = size;
    uint8_t *file =
        size != 0 && data[0] == '{' ? make_file((fuzz_input){data, size}, &file_size) : fuzz_copy(data, size);
    (void)mbt_safetensors_sniff(file, file_size);
    const bool done = mbt_safetensors_read(file, file_size, NULL, &tensors, &error);
    fuzz_check_error(done, &error);
    if (done)
        fuzz_check_tensors(&tensors);
    mbt_tensors_free(&tensors);
    free(file);
    return 0;
}
