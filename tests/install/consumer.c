/* consumer.c: enhances 16 kHz of raw floats from standard input to standard output, by the model that its argument
 * names. */
#include <stdio.h>
#include <string.h>

#include <mambattention/mambattention.h>

enum { MOST_SAMPLES = 16000 };

#ifdef WITH_OWN_MODEL
extern const mbt_model mbt_model_best;
#endif

static const mbt_model *find_model(const char *name)
{
#ifdef WITH_OWN_MODEL
    if (strcmp(name, "best") == 0)
        return &mbt_model_best;
#endif
    return mbt_model_by_name(name);
}

int main(int argc, char **argv)
{
    static float samples[MOST_SAMPLES];
#ifdef PACKAGE_VERSION
    if (strcmp(mbt_version(), PACKAGE_VERSION) != 0) {
        fprintf(stderr, "consumer: library %s, package " PACKAGE_VERSION "\n", mbt_version());
        return 1;
    }
#endif
    const mbt_model *model = argc == 2 ? find_model(argv[1]) : NULL;
    if (model == NULL) {
        fprintf(stderr, "consumer: no such model\n");
        return 1;
    }
    const size_t count = fread(samples, sizeof samples[0], MOST_SAMPLES, stdin);
    mbt_enhancer *enhancer;
    mbt_status status = mbt_open(model, NULL, &enhancer);
    if (status == MBT_OK)
        status = mbt_enhance(enhancer, samples, samples, count);
    mbt_close(enhancer);
    if (status == MBT_OK)
        status = mbt_self_test(NULL);
    if (status != MBT_OK) {
        fprintf(stderr, "consumer: %s\n", mbt_status_string(status));
        return 1;
    }
    return fwrite(samples, sizeof samples[0], count, stdout) == count && fflush(stdout) == 0 ? 0 : 1;
}
