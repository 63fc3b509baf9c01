import Auth

/// The domain's parts that only pages need.
package struct People: Sendable {
    let accounts: Accounts
    let sessions: SessionAuthority
    let invitations: Invitations

    package init(accounts: Accounts, sessions: SessionAuthority, invitations: Invitations) {
        self.accounts = accounts
        self.sessions = sessions
        self.invitations = invitations
    }
}

/// Every page that one logs in for.
struct WebRoutes: Sendable {
    let door: WebDoor
    let login: LoginRoutes
    let dashboard: DashboardRoutes
    let serviceAccounts: ServiceAccountRoutes
    let activity: ActivityRoutes
    let account: AccountRoutes
    let administration: AdministrationRoutes

    init(
        _ configuration: ServerConfiguration,
        _ siteMap: SiteMap,
        people: People,
        store: any AuthStore,
        authority: TokenAuthority,
        issuer: Issuer,
        counts: MinuteCounts,
        expiry: ExpiryGauges
    ) {
        door = WebDoor(
            pages: Pages(),
            sessions: people.sessions,
            transports: TransportRules(configuration),
            siteMap: siteMap,
            limits: configuration.limits
        )
        let tokens = TokenForms(door: door, authority: authority, issuer: issuer, basePath: configuration.basePath)
        login = LoginRoutes(door: door, sessions: people.sessions, invitations: people.invitations)
        dashboard = DashboardRoutes(door: door, tokens: tokens)
        serviceAccounts = ServiceAccountRoutes(door: door, accounts: people.accounts, tokens: tokens)
        activity = ActivityRoutes(door: door, accounts: people.accounts, store: store)
        account = AccountRoutes(door: door, accounts: people.accounts, sessions: people.sessions)
        administration = AdministrationRoutes(
            door: door,
            accounts: people.accounts,
            invitations: people.invitations,
            overview: OverviewPage(door: door, counts: counts, expiry: expiry),
            issuer: issuer
        )
    }
}
