/* fuzz_pickle.c: the pickle machine on its own, and a walk over what it built. */
#include "compiler/read/pickle/pickle.h"

#include "tests/fuzz/fuzz_compiler.h"

#define DEEPEST 64u

static const uint8_t *pickle_bytes;
static size_t pickle_size;

/* Text lies within the pickle. */
static void check_text(const mbt_pickle_value *value)
{
    const uint8_t *text = (const uint8_t *)value->as.string.text;
    FUZZ_CHECK(value->kind == MBT_PICKLE_STRING && text >= pickle_bytes &&
               value->as.string.size <= (size_t)(pickle_bytes + pickle_size - text));
}

static void check_storage(const mbt_pickle_value *value)
{
    FUZZ_CHECK(value->kind == MBT_PICKLE_STORAGE && (unsigned)value->as.storage.element < MBT_ELEMENT_COUNT);
    check_text(value->as.storage.key);
}

static void check_value(mbt_pickle_value *value, unsigned depth)
{
    const mbt_pickle_list *list = &value->as.list;
    FUZZ_CHECK(mbt_pickle_kind_name(value->kind)[0] != '\0');
    switch (value->kind) {
    case MBT_PICKLE_STRING:
        check_text(value);
        break;
    case MBT_PICKLE_STORAGE:
        check_storage(value);
        break;
    case MBT_PICKLE_TENSOR:
        FUZZ_CHECK(value->as.tensor->dims <= MBT_TENSOR_DIMS &&
                   (unsigned)value->as.tensor->element < MBT_ELEMENT_COUNT);
        check_storage(value->as.tensor->storage);
        break;
    case MBT_PICKLE_DICT:
        FUZZ_CHECK(list->count % 2 == 0);
        mbt_pickle_get(value, "state_dict");
        break;
    default:
        break;
    }
    if ((value->kind != MBT_PICKLE_TUPLE && value->kind != MBT_PICKLE_LIST && value->kind != MBT_PICKLE_DICT) ||
        value->seen || depth == DEEPEST)
        return;
    value->seen = true;
    for (size_t i = 0; i < list->count; i++)
        check_value(list->items[i], depth + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mbt_pickle pickle;
    mbt_error error = {""};
    pickle_bytes = data;
    pickle_size = size;
    const bool done = mbt_pickle_read(data, size, &pickle, &error);
    fuzz_check_error(done, &error);
    if (done) {
        check_value(pickle.root, 0);
        mbt_pickle_free(&pickle);
    }
    return 0;
}
