/* host.c: loads the plugins from the shared object that MBT_PLUGIN names, and runs them. */
#include "tests/plugin/host.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const LADSPA_Descriptor *host_find_index(unsigned long index)
{
    static LADSPA_Descriptor_Function find;
    if (find == NULL) {
        void *library = dlopen(MBT_PLUGIN, RTLD_LAZY | RTLD_LOCAL);
        void *symbol = library != NULL ? dlsym(library, "ladspa_descriptor") : NULL;
        if (symbol == NULL) {
            fprintf(stderr, "host: %s\n", dlerror());
            abort();
        }
        memcpy(&find, &symbol, sizeof find); /* ISO C has no cast from an object to a function */
    }
    return find(index);
}

const LADSPA_Descriptor *host_find(const char *label)
{
    const LADSPA_Descriptor *type;
    for (unsigned long i = 0; (type = host_find_index(i)) != NULL; i++)
        if (strcmp(type->Label, label) == 0)
            return type;
    return NULL;
}

host_plugin host_open(const char *label, unsigned long rate)
{
    host_plugin p = {.type = host_find(label), .controls = {100, 1, -1, -1}};
    p.handle = p.type->instantiate(p.type, rate);
    p.channels = (unsigned)(p.type->PortCount - HOST_CONTROLS) / 2;
    if (p.handle != NULL)
        p.type->activate(p.handle);
    return p;
}

void host_close(host_plugin *plugin)
{
    if (plugin->type->deactivate != NULL)
        plugin->type->deactivate(plugin->handle);
    plugin->type->cleanup(plugin->handle);
    plugin->handle = NULL;
}

void host_restart(host_plugin *plugin)
{
    if (plugin->type->deactivate != NULL)
        plugin->type->deactivate(plugin->handle);
    plugin->type->activate(plugin->handle);
}

void host_run(host_plugin *plugin, float *in, float *out, size_t stride, size_t samples)
{
    for (unsigned c = 0; c < plugin->channels; c++) {
        plugin->type->connect_port(plugin->handle, c, in + c * stride);
        plugin->type->connect_port(plugin->handle, plugin->channels + c, out + c * stride);
    }
    for (unsigned i = 0; i < HOST_CONTROLS; i++)
        plugin->type->connect_port(plugin->handle, 2 * plugin->channels + i, &plugin->controls[i]);
    plugin->type->run(plugin->handle, samples);
}

void host_run_blocks(host_plugin *plugin, float *in, float *out, size_t samples, size_t most, unsigned *state)
{
    for (size_t done = 0, count; done < samples; done += count) {
        *state = *state * 1664525u + 1013904223u;
        count = 1 + (*state >> 8) % most;
        count = count < samples - done ? count : samples - done;
        host_run(plugin, in + done, out + done, samples, count);
    }
}
