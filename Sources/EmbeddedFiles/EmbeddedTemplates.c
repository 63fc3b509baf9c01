#include "EmbeddedFiles.h"

static const unsigned char layout[] = {
#embed "Files/templates/layout.mustache"
};

static const unsigned char error[] = {
#embed "Files/templates/error.mustache"
};

static const struct EmbeddedFile files[] = {
    {"layout.mustache", layout, sizeof layout},
    {"error.mustache", error, sizeof error},
};

struct EmbeddedFolder embeddedTemplates(void) {
    return (struct EmbeddedFolder){files, sizeof files / sizeof files[0]};
}
