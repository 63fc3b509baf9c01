#include "EmbeddedFiles.h"

static const unsigned char account[] = {
#embed "Files/templates/account.mustache"
};

static const unsigned char activity[] = {
#embed "Files/templates/activity.mustache"
};

static const unsigned char adminAccountNew[] = {
#embed "Files/templates/admin-account-new.mustache"
};

static const unsigned char adminAccount[] = {
#embed "Files/templates/admin-account.mustache"
};

static const unsigned char adminAccounts[] = {
#embed "Files/templates/admin-accounts.mustache"
};

static const unsigned char admin[] = {
#embed "Files/templates/admin.mustache"
};

static const unsigned char dashboard[] = {
#embed "Files/templates/dashboard.mustache"
};

static const unsigned char docsContents[] = {
#embed "Files/templates/docs-contents.mustache"
};

static const unsigned char docs[] = {
#embed "Files/templates/docs.mustache"
};

static const unsigned char error[] = {
#embed "Files/templates/error.mustache"
};

static const unsigned char invitation[] = {
#embed "Files/templates/invitation.mustache"
};

static const unsigned char layout[] = {
#embed "Files/templates/layout.mustache"
};

static const unsigned char login[] = {
#embed "Files/templates/login.mustache"
};

static const unsigned char plain[] = {
#embed "Files/templates/plain.mustache"
};

static const unsigned char secret[] = {
#embed "Files/templates/secret.mustache"
};

static const unsigned char serviceAccountNew[] = {
#embed "Files/templates/service-account-new.mustache"
};

static const unsigned char serviceAccount[] = {
#embed "Files/templates/service-account.mustache"
};

static const unsigned char serviceAccounts[] = {
#embed "Files/templates/service-accounts.mustache"
};

static const unsigned char status[] = {
#embed "Files/templates/status.mustache"
};

static const unsigned char tokenCard[] = {
#embed "Files/templates/token-card.mustache"
};

static const unsigned char tokenChanged[] = {
#embed "Files/templates/token-changed.mustache"
};

static const unsigned char tokenInUse[] = {
#embed "Files/templates/token-in-use.mustache"
};

static const struct EmbeddedFile files[] = {
    {"account.mustache", account, sizeof account},
    {"activity.mustache", activity, sizeof activity},
    {"admin-account-new.mustache", adminAccountNew, sizeof adminAccountNew},
    {"admin-account.mustache", adminAccount, sizeof adminAccount},
    {"admin-accounts.mustache", adminAccounts, sizeof adminAccounts},
    {"admin.mustache", admin, sizeof admin},
    {"dashboard.mustache", dashboard, sizeof dashboard},
    {"docs-contents.mustache", docsContents, sizeof docsContents},
    {"docs.mustache", docs, sizeof docs},
    {"error.mustache", error, sizeof error},
    {"invitation.mustache", invitation, sizeof invitation},
    {"layout.mustache", layout, sizeof layout},
    {"login.mustache", login, sizeof login},
    {"plain.mustache", plain, sizeof plain},
    {"secret.mustache", secret, sizeof secret},
    {"service-account-new.mustache", serviceAccountNew, sizeof serviceAccountNew},
    {"service-account.mustache", serviceAccount, sizeof serviceAccount},
    {"service-accounts.mustache", serviceAccounts, sizeof serviceAccounts},
    {"status.mustache", status, sizeof status},
    {"token-card.mustache", tokenCard, sizeof tokenCard},
    {"token-changed.mustache", tokenChanged, sizeof tokenChanged},
    {"token-in-use.mustache", tokenInUse, sizeof tokenInUse},
};

struct EmbeddedFolder embeddedTemplates(void) {
    return (struct EmbeddedFolder){files, sizeof files / sizeof files[0]};
}
