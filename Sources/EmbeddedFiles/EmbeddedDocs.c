#include "EmbeddedFiles.h"

static const unsigned char start[] = {
#embed "Files/docs/index.md"
};

static const unsigned char generate[] = {
#embed "Files/docs/generate-a-token.md"
};

static const unsigned char basicAuth[] = {
#embed "Files/docs/basic-auth.md"
};

static const unsigned char renew[] = {
#embed "Files/docs/renew-a-token.md"
};

static const unsigned char status[] = {
#embed "Files/docs/status-and-revocation.md"
};

static const unsigned char serviceAccounts[] = {
#embed "Files/docs/service-accounts.md"
};

static const unsigned char oauth[] = {
#embed "Files/docs/oauth-clients.md"
};

static const unsigned char guard[] = {
#embed "Files/docs/guard-an-api.md"
};

static const unsigned char errors[] = {
#embed "Files/docs/errors.md"
};

static const unsigned char reference[] = {
#embed "Files/docs/reference.md"
};

static const struct EmbeddedFile files[] = {
    {"index.md", start, sizeof start},
    {"generate-a-token.md", generate, sizeof generate},
    {"basic-auth.md", basicAuth, sizeof basicAuth},
    {"renew-a-token.md", renew, sizeof renew},
    {"status-and-revocation.md", status, sizeof status},
    {"service-accounts.md", serviceAccounts, sizeof serviceAccounts},
    {"oauth-clients.md", oauth, sizeof oauth},
    {"guard-an-api.md", guard, sizeof guard},
    {"errors.md", errors, sizeof errors},
    {"reference.md", reference, sizeof reference},
};

struct EmbeddedFolder embeddedDocs(void) {
    return (struct EmbeddedFolder){files, sizeof files / sizeof files[0]};
}
