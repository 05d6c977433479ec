/* safetensors.c: reads safetensors files with cJSON. The format: 8 bytes, the length of the header, little-endian;
 * the header, JSON, with an entry "NAME": {"dtype": ..., "shape": [...], "data_offsets": [begin, end]} for each
 * tensor; then the data. */
#include "compiler/read/safetensors.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/read/names.h"

#define PREAMBLE 8u

typedef struct dtype {
    const char *name;
    mbt_element element;
} dtype;

static const dtype dtypes[] = {
    {"F64", MBT_ELEMENT_F64},   {"F32", MBT_ELEMENT_F32}, {"F16", MBT_ELEMENT_F16}, {"BF16", MBT_ELEMENT_BF16},
    {"I64", MBT_ELEMENT_I64},   {"I32", MBT_ELEMENT_I32}, {"I16", MBT_ELEMENT_I16}, {"I8", MBT_ELEMENT_I8},
    {"U64", MBT_ELEMENT_U64},   {"U32", MBT_ELEMENT_U32}, {"U16", MBT_ELEMENT_U16}, {"U8", MBT_ELEMENT_U8},
    {"BOOL", MBT_ELEMENT_BOOL},
};

/* An entry of the header. */
typedef struct description {
    const char *name;
    mbt_element element;
    uint32_t dims;
    uint64_t shape[MBT_TENSOR_DIMS];
    uint64_t begin, end; /* of its bytes in the data */
} description;

static uint64_t header_length(const uint8_t *bytes)
{
    uint64_t length = 0;
    for (size_t i = PREAMBLE; i-- > 0;)
        length = length << 8 | bytes[i];
    return length;
}

bool mbt_safetensors_sniff(const uint8_t *bytes, size_t size)
{
    return size > PREAMBLE && header_length(bytes) >> 40 == 0 && bytes[PREAMBLE] == '{';
}

/* Reads a whole number that a double holds exactly. */
static bool read_whole(const cJSON *item, uint64_t *value)
{
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0.0 && item->valuedouble <= 0x1p53))
        return false;
    *value = (uint64_t)item->valuedouble;
    return (double)*value == item->valuedouble;
}

/* Reads an array of at most limit whole numbers. */
static bool read_array(const cJSON *array, uint64_t *values, uint32_t limit, uint32_t *count)
{
    if (!cJSON_IsArray(array))
        return false;
    *count = 0;
    for (const cJSON *item = array->child; item != NULL; item = item->next) {
        if (*count == limit || !read_whole(item, &values[*count]))
            return false;
        ++*count;
    }
    return true;
}

static bool find_element(const cJSON *item, mbt_element *element)
{
    for (size_t i = 0; cJSON_IsString(item) && i < sizeof dtypes / sizeof dtypes[0]; ++i) {
        if (strcmp(item->valuestring, dtypes[i].name) == 0) {
            *element = dtypes[i].element;
            return true;
        }
    }
    return false;
}

/* Checks that the shape and the type need exactly the bytes that are there. */
static bool check_size(const description *tensor, mbt_error *error)
{
    const uint64_t size = tensor->end - tensor->begin, element_size = mbt_element_size(tensor->element);
    const uint64_t count = size / element_size;
    uint64_t product = 1;
    for (uint32_t i = 0; i < tensor->dims; ++i)
        product = tensor->shape[i] != 0 && product > count / tensor->shape[i] ? count + 1 : product * tensor->shape[i];
    return (product == count && size % element_size == 0) ||
           mbt_fail(error, "tensor '%.200s': %" PRIu64 " bytes of data are not what its shape and dtype need",
                    tensor->name, size);
}

/* Reads an entry of the header, and checks everything that does not depend on other entries. */
static bool read_entry(const cJSON *entry, uint64_t data_size, description *tensor, mbt_error *error)
{
    uint32_t offset_count = 0;
    uint64_t offsets[2] = {0};
    *tensor = (description){.name = entry->string};
    if (!cJSON_IsObject(entry) || cJSON_GetArraySize(entry) != 3) { /* so each of the three names is there once */
        return mbt_fail(error, "tensor '%.200s': its entry must have dtype, shape and data_offsets, each once",
                        tensor->name);
    }
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(entry, "dtype");
    if (!find_element(type, &tensor->element)) {
        return mbt_fail(error,
                        "tensor '%.200s': dtype '%.40s'; F64, F32, F16, BF16, I8 to I64, U8 to U64 and BOOL are known",
                        tensor->name, cJSON_IsString(type) ? type->valuestring : "");
    }
    if (!read_array(cJSON_GetObjectItemCaseSensitive(entry, "shape"), tensor->shape, MBT_TENSOR_DIMS, &tensor->dims)) {
        return mbt_fail(error, "tensor '%.200s': shape must be at most %d whole numbers", tensor->name,
                        MBT_TENSOR_DIMS);
    }
    if (!read_array(cJSON_GetObjectItemCaseSensitive(entry, "data_offsets"), offsets, 2, &offset_count) ||
        offset_count != 2 || offsets[0] > offsets[1] || offsets[1] > data_size) {
        return mbt_fail(error,
                        "tensor '%.200s': data_offsets must be a begin and an end within the %" PRIu64 " bytes of data",
                        tensor->name, data_size);
    }
    tensor->begin = offsets[0];
    tensor->end = offsets[1];
    return check_size(tensor, error);
}

static int compare_places(const void *first, const void *second)
{
    const description *a = first, *b = second;
    if (a->begin != b->begin)
        return a->begin < b->begin ? -1 : 1;
    return (a->end > b->end) - (a->end < b->end);
}

/* Sorts the tensors by the place of their data. The format requires that they cover the data without gaps or
 * overlaps. */
static bool check_places(description *list, size_t count, uint64_t data_size, mbt_error *error)
{
    uint64_t end = 0;
    qsort(list, count, sizeof *list, compare_places);
    for (size_t i = 0; i < count; ++i) {
        if (list[i].begin != end) {
            return mbt_fail(error,
                            "tensor '%.200s': its data begins at byte %" PRIu64 ", and what is before ends at %" PRIu64
                            "; neither gaps nor overlaps are allowed",
                            list[i].name, list[i].begin, end);
        }
        end = list[i].end;
    }
    return end == data_size || mbt_fail(error, "%" PRIu64 " bytes follow the last tensor", data_size - end);
}

/* The data, and what of it is wanted. */
typedef struct part {
    const uint8_t *data;
    uint64_t size;
    const char *key; /* NULL: all */
} part;

static bool fail_without_tensors(const description *list, size_t count, const char *key, mbt_error *error)
{
    mbt_names_list names = {.used = 0};
    if (count == 0)
        return mbt_fail(error, "the file has no tensors");
    for (size_t i = 0; i < count; ++i) {
        size_t size = 0;
        const char *first = mbt_name_first_part(list[i].name, strlen(list[i].name), &size);
        mbt_names_list_add(&names, first, size);
    }
    return mbt_fail(error, "no tensors under '%.80s'; names begin with: %s", key, names.text);
}

/* Checks everything before it allocates the tensors' memory. */
static bool read_list(const cJSON *header, const part *file, description *list, mbt_tensors *tensors, mbt_error *error)
{
    size_t count = 0;
    for (const cJSON *entry = header->child; entry != NULL; entry = entry->next)
        if (strcmp(entry->string, "__metadata__") != 0 && !read_entry(entry, file->size, &list[count++], error))
            return false;
    if (!check_places(list, count, file->size, error))
        return false;
    for (size_t i = 0; i < count; ++i) {
        const char *name = list[i].name;
        const size_t after = file->key != NULL ? mbt_name_after_key(name, strlen(name), file->key) : 0;
        if (file->key != NULL && after == 0)
            continue;
        mbt_tensor *tensor = mbt_tensors_add(tensors, name + after, list[i].shape, list[i].dims, error);
        if (tensor == NULL ||
            !mbt_tensor_fill(tensor, list[i].element, file->data + list[i].begin, tensor->count, 0, NULL, error))
            return false;
    }
    return tensors->count != 0 || fail_without_tensors(list, count, file->key, error);
}

static bool read_tensors(const cJSON *header, const part *file, mbt_tensors *tensors, mbt_error *error)
{
    if (!cJSON_IsObject(header))
        return mbt_fail(error, "the header is not a JSON object");
    description *list = calloc((size_t)cJSON_GetArraySize(header) + 1, sizeof *list);
    if (list == NULL)
        return mbt_fail(error, "out of memory");
    const bool done = read_list(header, file, list, tensors, error);
    free(list);
    return done;
}

static bool read_header(const char *text, size_t length, const part *file, mbt_tensors *tensors, mbt_error *error)
{
    const char *rest = text;
    cJSON *header = cJSON_ParseWithLengthOpts(text, length, &rest, 0);
    if (header == NULL) {
        return mbt_fail(error, "the header is not JSON, or memory ran out, near byte %zu",
                        PREAMBLE + (size_t)(rest - text));
    }
    while (rest < text + length && *rest == ' ')
        ++rest;
    const bool done = rest == text + length ? read_tensors(header, file, tensors, error)
                                            : mbt_fail(error, "text follows the header's JSON at byte %zu",
                                                       PREAMBLE + (size_t)(rest - text));
    cJSON_Delete(header);
    return done;
}

bool mbt_safetensors_read(const uint8_t *bytes, size_t size, const char *key, mbt_tensors *tensors, mbt_error *error)
{
    if (size < PREAMBLE || header_length(bytes) > size - PREAMBLE)
        return mbt_fail(error, "the header is longer than the file; the file is cut off");
    const size_t length = (size_t)header_length(bytes);
    char *text = malloc(length + 1);
    if (text == NULL)
        return mbt_fail(error, "out of memory for a header of %zu bytes", length);
    memcpy(text, bytes + PREAMBLE, length);
    text[length] = '\0'; /* cJSON before 1.7.18 may read the byte after the text */
    const part file = {bytes + PREAMBLE + length, size - PREAMBLE - length, key};
    const bool done = read_header(text, length, &file, tensors, error);
    free(text);
    return done;
}
