#include "EmbeddedFiles.h"

static const unsigned char layout[] = {
#embed "Files/templates/layout.mustache"
};

static const unsigned char error[] = {
#embed "Files/templates/error.mustache"
};

static const unsigned char docs[] = {
#embed "Files/templates/docs.mustache"
};

static const unsigned char docsContents[] = {
#embed "Files/templates/docs-contents.mustache"
};

static const unsigned char status[] = {
#embed "Files/templates/status.mustache"
};

static const struct EmbeddedFile files[] = {
    {"layout.mustache", layout, sizeof layout},
    {"error.mustache", error, sizeof error},
    {"docs.mustache", docs, sizeof docs},
    {"docs-contents.mustache", docsContents, sizeof docsContents},
    {"status.mustache", status, sizeof status},
};

struct EmbeddedFolder embeddedTemplates(void) {
    return (struct EmbeddedFolder){files, sizeof files / sizeof files[0]};
}
