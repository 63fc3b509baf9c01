#pragma once

#include <stddef.h>

/// One file of `Files`, as it was when the binary was built.
struct EmbeddedFile {
    /// Its name, without the folder.
    const char *name;
    const unsigned char *bytes;
    size_t count;
};

/// The files of one folder.
struct EmbeddedFolder {
    const struct EmbeddedFile *files;
    size_t count;
};

/// The description of the HTTP API in OpenAPI 3.1.
struct EmbeddedFile embeddedOpenAPI(void);

/// The Mustache templates of the pages.
struct EmbeddedFolder embeddedTemplates(void);

/// The pages of the developer centre, in Markdown.
struct EmbeddedFolder embeddedDocs(void);

/// What pages load: the stylesheet, the script and the icon.
struct EmbeddedFolder embeddedAssets(void);
