/* torch_zip.c: reads torch.save archives with libzip. Their entries are PREFIX/data.pkl, PREFIX/data/KEY for each
 * storage and, from newer versions, PREFIX/byteorder. */
#include "compiler/read/torch_zip.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#define MAX_NAME 1024u

/* Limits on the contents of a file: all storages together, in bytes, and all tensors together, in elements, may be
 * GROWTH times the bytes of the file. Weights hardly compress and are hardly shared, so a file that claims more is
 * not genuine. */
#define GROWTH 4u
#define GROWTH_AT_LEAST (1u << 20)
/* The limit for the pickle, in bytes: torch does not compress it, and the storages are much larger. */
#define PICKLE_SHARE 4u
#define PICKLE_AT_LEAST (1u << 18)

struct mbt_torch_zip {
    zip_t *zip;
    char prefix[MAX_NAME];
    uint64_t file_size;
    uint64_t bytes_left, elements_left; /* what is left of the limits above */
    zip_uint64_t entries;
    uint8_t **contents; /* [entries]; NULL until read */
    uint8_t *pickle_bytes;
    mbt_pickle pickle;
};

static bool open_zip(mbt_torch_zip *archive, const void *bytes, size_t size, mbt_error *error)
{
    zip_error_t reason;
    zip_error_init(&reason);
    zip_source_t *source = zip_source_buffer_create(bytes, size, 0, &reason);
    archive->zip = source != NULL ? zip_open_from_source(source, ZIP_RDONLY, &reason) : NULL;
    if (archive->zip == NULL) {
        mbt_fail(error, "not a complete zip archive (%s)", zip_error_strerror(&reason));
        zip_source_free(source);
    }
    zip_error_fini(&reason);
    return archive->zip != NULL;
}

static bool read_bytes(zip_file_t *file, uint8_t *contents, uint64_t size)
{
    uint64_t done = 0;
    while (done < size) {
        const zip_int64_t got = zip_fread(file, contents + done, size - done);
        if (got <= 0)
            return false;
        done += (uint64_t)got;
    }
    uint8_t beyond;
    return zip_fread(file, &beyond, 1) == 0; /* also makes libzip compare the checksum */
}

/* Reads an entry; the caller frees the contents. Memory is allocated only if the declared size is at most limit. */
static uint8_t *read_entry(mbt_torch_zip *archive, zip_uint64_t index, const char *name, uint64_t limit, uint64_t *size,
                           mbt_error *error)
{
    const zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    zip_stat_t stat;
    if (zip_stat_index(archive->zip, index, 0, &stat) != 0 || (stat.valid & needed) != needed) {
        mbt_fail(error, "entry %.200s: its entry in the archive's directory is damaged", name);
        return NULL;
    }
    const bool known = stat.comp_method == ZIP_CM_STORE || stat.comp_method == ZIP_CM_DEFLATE;
    if (!known || stat.encryption_method != ZIP_EM_NONE) {
        mbt_fail(error, "entry %.200s: method %u, encryption %u; it must be stored or deflated, and not encrypted",
                 name, stat.comp_method, stat.encryption_method);
        return NULL;
    }
    if (stat.size > limit || stat.size >= SIZE_MAX) {
        mbt_fail(error, "entry %.200s: %" PRIu64 " bytes; at most %" PRIu64 " are allowed for a file of %" PRIu64, name,
                 stat.size, limit, archive->file_size);
        return NULL;
    }
    uint8_t *contents = malloc((size_t)stat.size + 1);
    if (contents == NULL) {
        mbt_fail(error, "entry %.200s: out of memory for %" PRIu64 " bytes", name, stat.size);
        return NULL;
    }
    zip_file_t *file = zip_fopen_index(archive->zip, index, 0);
    const bool whole = file != NULL && read_bytes(file, contents, stat.size);
    if (!whole) {
        const char *reason = file != NULL ? zip_file_strerror(file) : zip_strerror(archive->zip);
        mbt_fail(error, "entry %.200s: damaged (%s)", name, reason);
        free(contents);
    }
    if (file != NULL)
        zip_fclose(file);
    *size = stat.size;
    return whole ? contents : NULL;
}

/* Finds the only PREFIX/data.pkl. Sets the prefix, with its slash. */
static bool find_pickle(mbt_torch_zip *archive, zip_uint64_t *index, mbt_error *error)
{
    const char *const suffix = "/data.pkl";
    bool found = false;
    for (zip_uint64_t i = 0; i < archive->entries; ++i) {
        const char *name = zip_get_name(archive->zip, i, ZIP_FL_ENC_RAW);
        const char *slash = name != NULL ? strchr(name, '/') : NULL;
        if (slash == NULL || strcmp(slash, suffix) != 0)
            continue;
        const size_t length = (size_t)(slash + 1 - name);
        if (found || length >= MAX_NAME / 2) {
            return mbt_fail(error, "the archive has %s",
                            found ? "more than one data.pkl" : "a folder name that is too long");
        }
        memcpy(archive->prefix, name, length);
        *index = i;
        found = true;
    }
    return found || mbt_fail(error, "a zip archive without data.pkl; torch.save writes one with it");
}

/* The index of the entry whose path is the prefix, folder and name (size bytes), one after the other. -1 if there is
 * none. */
static zip_int64_t locate(const mbt_torch_zip *archive, const char *folder, const char *name, size_t size)
{
    char path[MAX_NAME];
    const size_t prefix_size = strlen(archive->prefix), folder_size = strlen(folder);
    if (size > MAX_NAME - 1 - prefix_size - folder_size || memchr(name, 0, size) != NULL)
        return -1;
    memcpy(path, archive->prefix, prefix_size);
    memcpy(path + prefix_size, folder, folder_size);
    memcpy(path + prefix_size + folder_size, name, size);
    path[prefix_size + folder_size + size] = '\0';
    return zip_name_locate(archive->zip, path, ZIP_FL_ENC_RAW);
}

static bool check_byte_order(mbt_torch_zip *archive, mbt_error *error)
{
    const zip_int64_t index = locate(archive, "", "byteorder", strlen("byteorder"));
    if (index < 0)
        return true; /* older versions wrote the machine's order, which was little-endian wherever they were used */
    uint64_t size = 0;
    uint8_t *text = read_entry(archive, (zip_uint64_t)index, "byteorder", 16, &size, error);
    if (text == NULL)
        return false;
    const bool little = size == strlen("little") && memcmp(text, "little", (size_t)size) == 0;
    if (!little)
        mbt_fail(error, "byte order '%.*s'; only files in 'little' order are read", (int)size, (const char *)text);
    free(text);
    return little;
}

static bool read_archive(mbt_torch_zip *archive, mbt_error *error)
{
    const zip_int64_t entries = zip_get_num_entries(archive->zip, 0);
    archive->entries = entries > 0 ? (zip_uint64_t)entries : 0;
    archive->contents = calloc((size_t)archive->entries + 1, sizeof *archive->contents);
    if (archive->contents == NULL)
        return mbt_fail(error, "out of memory");
    zip_uint64_t index = 0;
    if (!find_pickle(archive, &index, error))
        return false;
    if (locate(archive, "", "constants.pkl", strlen("constants.pkl")) >= 0)
        return mbt_fail(error, "a TorchScript archive; save the state dict with torch.save");
    uint64_t size = 0;
    const uint64_t limit = PICKLE_AT_LEAST + archive->file_size / PICKLE_SHARE;
    if (!check_byte_order(archive, error))
        return false;
    archive->pickle_bytes = read_entry(archive, index, "data.pkl", limit, &size, error);
    return archive->pickle_bytes != NULL &&
           mbt_pickle_read(archive->pickle_bytes, (size_t)size, &archive->pickle, error);
}

mbt_torch_zip *mbt_torch_zip_open(const void *bytes, size_t size, mbt_error *error)
{
    mbt_torch_zip *archive = calloc(1, sizeof *archive);
    if (archive == NULL) {
        mbt_fail(error, "out of memory");
        return NULL;
    }
    if (size > PTRDIFF_MAX / GROWTH - GROWTH_AT_LEAST) {
        mbt_fail(error, "%zu bytes are more than memory can hold", size);
        mbt_torch_zip_close(archive);
        return NULL;
    }
    archive->file_size = size;
    archive->bytes_left = archive->elements_left = GROWTH_AT_LEAST + (uint64_t)size * GROWTH;
    if (!open_zip(archive, bytes, size, error) || !read_archive(archive, error)) {
        mbt_torch_zip_close(archive);
        return NULL;
    }
    return archive;
}

mbt_pickle_value *mbt_torch_zip_root(const mbt_torch_zip *archive)
{
    return archive->pickle.root;
}

/* The storage's bytes, which are read only once. Their number must be exactly what the pickle says. */
static const uint8_t *load_storage(mbt_torch_zip *archive, const mbt_pickle_value *storage, const char *name,
                                   mbt_error *error)
{
    const mbt_pickle_value *key = storage->as.storage.key;
    const int key_size = key->as.string.size < 80 ? (int)key->as.string.size : 80;
    const zip_int64_t index = locate(archive, "data/", key->as.string.text, key->as.string.size);
    if (index < 0) {
        mbt_fail(error, "tensor '%.200s': the archive has no storage data/%.*s", name, key_size, key->as.string.text);
        return NULL;
    }
    zip_stat_t stat;
    const uint64_t count = storage->as.storage.count;
    const uint64_t element_size = mbt_element_size(storage->as.storage.element);
    if (zip_stat_index(archive->zip, (zip_uint64_t)index, 0, &stat) != 0 || (stat.valid & ZIP_STAT_SIZE) == 0 ||
        stat.size % element_size != 0 || stat.size / element_size != count) {
        mbt_fail(error,
                 "tensor '%.200s': storage data/%.*s does not have the size of %" PRIu64 " elements of %" PRIu64
                 " bytes",
                 name, key_size, key->as.string.text, count, element_size);
        return NULL;
    }
    if (archive->contents[index] == NULL) {
        uint64_t size = 0;
        archive->contents[index] = read_entry(archive, (zip_uint64_t)index, name, archive->bytes_left, &size, error);
        archive->bytes_left -= archive->contents[index] != NULL ? size : 0;
    }
    return archive->contents[index];
}

static bool fill(mbt_torch_zip *archive, const mbt_pickle_tensor *description, mbt_tensor *tensor, mbt_error *error)
{
    const mbt_pickle_value *storage = description->storage;
    const uint8_t *bytes = load_storage(archive, storage, tensor->name, error);
    if (bytes == NULL)
        return false;
    uint64_t count = storage->as.storage.count;
    if (storage->as.storage.untyped)
        count /= mbt_element_size(description->element);
    return mbt_tensor_fill(tensor, description->element, bytes, count, description->offset, description->strides,
                           error);
}

/* Checks that the numbers of the storage are those of the tensor. For a view that is to be negated or conjugated when
 * it is read, torch sets a mark such as {"neg": True} and does not change the storage. */
static bool check_metadata(const mbt_pickle_value *metadata, const char *name, mbt_error *error)
{
    if (metadata == NULL || metadata->kind == MBT_PICKLE_NONE)
        return true;
    if (metadata->kind != MBT_PICKLE_DICT) {
        return mbt_fail(error, "tensor '%.200s': its metadata is of type %s, not a dict", name,
                        mbt_pickle_kind_name(metadata->kind));
    }
    for (size_t i = 0; i < metadata->as.list.count; i += 2) {
        const mbt_pickle_value *key = metadata->as.list.items[i], *value = metadata->as.list.items[i + 1];
        if (value->kind != MBT_PICKLE_BOOL || value->as.integer != 0) {
            const bool is_text = key->kind == MBT_PICKLE_STRING;
            const size_t size = is_text ? key->as.string.size : 0;
            return mbt_fail(error, "tensor '%.200s': its metadata sets '%.*s'; save a copy of the plain values", name,
                            size < 80 ? (int)size : 80, is_text ? key->as.string.text : "");
        }
    }
    return true;
}

/* Whether the limit leaves room for the tensor's elements. Subtracts them from it. */
static bool take_elements(mbt_torch_zip *archive, const mbt_pickle_tensor *description)
{
    uint64_t count = 1;
    for (uint32_t i = 0; i < description->dims; ++i)
        if (description->shape[i] == 0)
            return true;
    for (uint32_t i = 0; i < description->dims; ++i) {
        if (description->shape[i] > archive->elements_left / count)
            return false;
        count *= description->shape[i];
    }
    if (count > archive->elements_left)
        return false;
    archive->elements_left -= count;
    return true;
}

bool mbt_torch_zip_add(mbt_torch_zip *archive, const mbt_pickle_value *name, const mbt_pickle_value *value,
                       mbt_tensors *tensors, mbt_error *error)
{
    char text[MAX_NAME];
    const size_t size = name->as.string.size;
    if (size >= MAX_NAME || size == 0 || memchr(name->as.string.text, 0, size) != NULL) {
        return mbt_fail(error, "a tensor's name has %zu bytes or contains a zero byte; 1 to %u others are needed", size,
                        MAX_NAME - 1);
    }
    memcpy(text, name->as.string.text, size);
    text[size] = '\0';
    const mbt_pickle_tensor *description = value->as.tensor;
    if (!check_metadata(description->metadata, text, error))
        return false;
    if (!take_elements(archive, description)) {
        return mbt_fail(error, "tensor '%.200s': more elements than a file of %" PRIu64 " bytes may have", text,
                        archive->file_size);
    }
    mbt_tensor *tensor = mbt_tensors_add(tensors, text, description->shape, description->dims, error);
    return tensor != NULL && fill(archive, description, tensor, error);
}

void mbt_torch_zip_close(mbt_torch_zip *archive)
{
    if (archive == NULL)
        return;
    for (zip_uint64_t i = 0; archive->contents != NULL && i < archive->entries; ++i)
        free(archive->contents[i]);
    free(archive->contents);
    mbt_pickle_free(&archive->pickle);
    free(archive->pickle_bytes);
    if (archive->zip != NULL)
        zip_discard(archive->zip);
    free(archive);
}
