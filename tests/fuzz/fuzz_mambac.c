/* fuzz_mambac.c: the compiler from end to end, and the network that it made in the library.
 *
 * An input: a byte of flags, a configuration up to a zero byte, rules up to a zero byte, and what is left is a
 * checkpoint (fuzz_checkpoint) or, by a flag, damage to random weights that fit the configuration. */
#define _POSIX_C_SOURCE 200809L
#include <float.h>
#include <math.h>

#include "compiler/write/emit.h"
#include "tests/fuzz/fuzz_compiler.h"
#include "mambattention/mambattention.h"
#include "compiler/network.h"
#include "compiler/provenance.h"
#include "compiler/random.h"
#include "compiler/storage/rounding_table.h"

#define FLAG_TYPE 3u /* mask: f32, f16, int8, or as the rules say */
#define FLAG_WINOGRAD 4u
#define FLAG_RANDOM 8u

/* Random weights are not worth the time for more. */
#define MOST_NUMBERS 30000u
#define MOST_BINS 33u
#define MOST_SAMPLES 48u
#define MOST_ELEMENTS 4096u

typedef struct input {
    uint8_t flags;
    fuzz_input config_text, rules_text, rest;
    mbt_config config;
    const mbt_family *family;
    mbt_storage storage;
    mbt_tensors tensors;
} input;

static float take_float(fuzz_input *rest)
{
    static const float edges[] = {0.0f,   -0.0f,  1.0f,  -1.0f,  FLT_MAX, -FLT_MAX, FLT_MIN, FLT_TRUE_MIN, 65504,
                                  65520,  -65520, 6e-8f, 1e-30f, 88.8f,   -88.8f,   1e19f,   1e10f,        -1e10f,
                                  127.5f, 1e-7f,  3e38f, -3e38f, 1e-45f,  100,      NAN,     INFINITY};
    const uint8_t which = fuzz_byte(rest);
    float value;
    if (which < sizeof edges / sizeof edges[0])
        return edges[which];
    const uint32_t bits = (uint32_t)fuzz_number(rest, 4);
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void rename_tensor(mbt_tensor *tensor, fuzz_input *rest)
{
    const size_t length = strlen(tensor->name), size = fuzz_byte(rest) % 8u;
    char *name = malloc(length + size + 1);
    FUZZ_CHECK(name != NULL);
    memcpy(name, tensor->name, length + 1);
    name[fuzz_byte(rest) % length] ^= (char)(fuzz_byte(rest) & 1);
    for (size_t i = length; i < length + size; i++) {
        name[i] = (char)('a' + fuzz_byte(rest) % 26);
        name[i + 1] = '\0';
    }
    free(tensor->name);
    tensor->name = name;
}

static void reshape(mbt_tensor *tensor, fuzz_input *rest)
{
    uint64_t count = 1, shape[MBT_TENSOR_DIMS] = {0};
    const uint32_t dims = fuzz_byte(rest) % (MBT_TENSOR_DIMS + 1);
    for (uint32_t i = 0; i < dims; i++) {
        shape[i] = fuzz_byte(rest);
        count *= shape[i];
        if (count > MOST_ELEMENTS)
            return;
    }
    float *data = calloc(count + 1, sizeof *data);
    FUZZ_CHECK(data != NULL);
    free(tensor->data);
    tensor->data = data;
    tensor->dims = dims;
    tensor->count = count;
    memcpy(tensor->shape, shape, sizeof shape);
}

/* One kind of damage to one tensor. */
static void damage(mbt_tensors *tensors, fuzz_input *rest)
{
    const uint8_t kind = fuzz_byte(rest) % 8u;
    mbt_tensor *tensor = &tensors->list[fuzz_number(rest, 2) % tensors->count];
    switch (kind) {
    case 0:
        rename_tensor(tensor, rest);
        break;
    case 1:
        reshape(tensor, rest);
        break;
    case 2:
        tensor->element = (mbt_element)(fuzz_byte(rest) % MBT_ELEMENT_COUNT);
        break;
    case 3:
    case 4:
    case 5: { /* all of it */
        const float value = take_float(rest);
        for (uint64_t i = 0; i < tensor->count; i++)
            tensor->data[i] = value;
        break;
    }
    default: { /* one number */
        const uint64_t place = fuzz_number(rest, 2);
        const float value = take_float(rest);
        if (tensor->count != 0)
            tensor->data[place % tensor->count] = value;
    }
    }
}

static bool add_count(void *cookie, const mbt_slot *slot, mbt_error *error)
{
    double *total = cookie;
    (void)error;
    *total += mbt_slot_count(slot);
    return *total <= MOST_NUMBERS;
}

static bool is_small(const input *in)
{
    mbt_parts parts;
    mbt_error error = {""};
    double total = 0;
    if (!mbt_parts_init(&parts, in->family, &in->config, &error))
        return false;
    const bool small = mbt_parts_walk_tensors(&parts, add_count, &total, &error);
    mbt_parts_free(&parts);
    return small;
}

static bool read_checkpoint(input *in, const mbt_family *named, mbt_error *error)
{
    size_t size = 0;
    uint8_t *bytes = fuzz_checkpoint(in->rest, &size);
    const bool done = mbt_checkpoint_read(bytes, size, "checkpoint", NULL, &in->tensors, error);
    free(bytes);
    in->family =
        done && mbt_family_trim_names(&in->tensors, error) ? mbt_family_choose(named, &in->tensors, error) : NULL;
    return in->family != NULL;
}

static bool make_checkpoint(input *in, const mbt_family *named, mbt_error *error)
{
    in->family = mbt_family_choose(named, NULL, error);
    if (!is_small(in))
        return mbt_fail(error, "larger than a fuzzer has time for");
    if (!mbt_random_weights(&in->config, in->family, 1, &in->tensors, error))
        return false;
    while (in->rest.left != 0)
        damage(&in->tensors, &in->rest);
    return true;
}

static bool check_rules(const input *in, mbt_error *error)
{
    mbt_parts parts;
    mbt_layer_names names = {.list = NULL};
    if (!mbt_parts_init(&parts, in->family, &in->config, error))
        return false;
    const bool good = mbt_parts_layer_names(&parts, &names, error) &&
                      mbt_rules_check(&in->storage.rules, &names, in->storage.form == MBT_FORM_WINOGRAD, error);
    mbt_layer_names_free(&names);
    mbt_parts_free(&parts);
    return good;
}

/* As main.c reads its files. */
static bool read_input(input *in, mbt_error *error)
{
    mbt_storage *storage = &in->storage;
    const mbt_family *named = NULL;
    const unsigned type = in->flags & FLAG_TYPE;
    storage->form = in->flags & FLAG_WINOGRAD ? MBT_FORM_WINOGRAD : MBT_FORM_DIRECT;
    storage->rules.otherwise = type <= MBT_WEIGHT_I8 ? (mbt_weight_type)type : MBT_WEIGHT_I8;
    return mbt_config_parse((const char *)in->config_text.at, in->config_text.left, &in->config, error) &&
           mbt_family_named(&in->config, &named, error) &&
           (type <= MBT_WEIGHT_I8 ||
            mbt_rules_parse((const char *)in->rules_text.at, in->rules_text.left, &storage->rules, error)) &&
           (in->flags & FLAG_RANDOM ? make_checkpoint(in, named, error) : read_checkpoint(in, named, error)) &&
           mbt_family_check(in->family, &in->config, error) && check_rules(in, error);
}

static bool build(input *in, mbt_network *network, mbt_error *error)
{
    const mbt_source config = {"dir/config.yaml", in->config_text.at, in->config_text.left};
    const mbt_source rest = {"\x01\n*/\".pth", in->rest.at, in->rest.left};
    const mbt_recipe recipe = {.checkpoint = &rest,
                               .config = &config,
                               .precision = "mixed",
                               .convolution = in->flags & FLAG_WINOGRAD ? "winograd" : NULL,
                               .name = "fuzz"};
    char *provenance = mbt_provenance(&recipe, error);
    if (provenance == NULL)
        return false;
    const bool done =
        mbt_network_build(&in->config, in->family, &in->tensors, &in->storage, "fuzz", provenance, network, error);
    free(provenance);
    return done;
}

/* The C text has nothing that is not C: no NaN, no infinity, no byte beyond ASCII. */
static void emit(const mbt_network *network)
{
    char *text = NULL;
    size_t size = 0;
    mbt_error error = {""};
    FILE *stream = open_memstream(&text, &size);
    FUZZ_CHECK(stream != NULL);
    const bool done = mbt_emit(network, stream, &error);
    mbt_parts_print(stream, &network->parts);
    const size_t code = (size_t)ftell(stream);
    mbt_rounding_print(stream, &network->arrays);
    FUZZ_CHECK(fclose(stream) == 0 && code <= size);
    fuzz_check_error(done, &error);
    FUZZ_CHECK(done && strstr(text, "nan,") == NULL && strstr(text, "inf,") == NULL);
    for (size_t i = 0; i < size; i++)
        FUZZ_CHECK(text[i] == '\n' || ((unsigned char)text[i] >= 0x20 && (unsigned char)text[i] < 0x7f));
    free(text);
}

/* What the compiler accepted, the library opens and runs. */
static void run(const mbt_model *model)
{
    float samples[MOST_SAMPLES];
    mbt_enhancer *enhancer = NULL;
    mbt_model_info info;
    mbt_options options;
    mbt_options_init(&options);
    options.threads = 1;
    options.max_samples = MOST_SAMPLES;
    FUZZ_CHECK(mbt_model_describe(model, &info) == MBT_OK);
    if (model->n_fft / 2 + 1 > MOST_BINS)
        return;
    FUZZ_CHECK(mbt_open(model, &options, &enhancer) == MBT_OK);
    for (size_t i = 0; i < MOST_SAMPLES; i++)
        samples[i] = (float)(i * i % 17) / 16 - 0.5f;
    FUZZ_CHECK(mbt_enhance(enhancer, samples, samples, MOST_SAMPLES) == MBT_OK);
    mbt_close(enhancer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input whole = {data, size};
    mbt_network network;
    mbt_error error = {""};
    input in = {.flags = fuzz_byte(&whole)};
    in.config_text = fuzz_take_until(&whole, 0);
    in.rules_text = fuzz_take_until(&whole, 0);
    in.rest = whole;
    const bool done = read_input(&in, &error) && build(&in, &network, &error);
    fuzz_check_error(done, &error);
    if (done) {
        emit(&network);
        run(&network.model);
        mbt_network_free(&network);
    }
    mbt_tensors_free(&in.tensors);
    mbt_rules_free(&in.storage.rules);
    return 0;
}
