import Auth
import Testing

@testable import latchkey

private let now = Timestamp(milliseconds: 1_795_352_400_000)

struct AccountOutputTests {
    @Test func `a person's account is printed in the names of the API`() throws {
        let account = try account("Ann@Example.com", .user, role: .admin, token: token(expiresInSeconds: 3600))
        #expect(
            account.json(now: now).description == """
                {"user_id":"1700000000000x000000000000000042","email":"Ann@Example.com","account_type":"user",\
                "role":"admin","scopes":[],"status":"active","owner":null,"purpose":null,\
                "created_at":"2023-11-14T22:13:20.000Z","token":{"issued_at":"2026-11-22T12:00:00.000Z",\
                "expires_at":"2026-11-22T14:00:00.000Z","expires":3600,"renew_after":"2026-11-22T13:20:00.000Z",\
                "issued_by":"operator:root","generation":3},"overlap":null,"previous_token":null}
                """
        )
        #expect(
            account.text(now: now) == """
                user_id      1700000000000x000000000000000042
                email        Ann@Example.com
                type         user
                role         admin
                status       active
                password     set
                created      2023-11-14T22:13:20.000Z
                token        expires 2026-11-22T14:00:00.000Z
                renew after  2026-11-22T13:20:00.000Z
                issued       2026-11-22T12:00:00.000Z by operator:root
                generation   3
                """
        )
    }

    @Test func `a service account has owner, purpose and scopes, and says that it is ownerless`() throws {
        let owner = Account.Owner(number: 1, email: try EmailAddress("ann@example.com"), status: .disabled)
        let account = try account(
            "sync@example.com",
            .service(owner: owner, purpose: "copies \"orders\"\u{202E}"),
            scopes: [Scope("a:read"), Scope("b")]
        )
        #expect(
            account.json(now: now).description == #"""
                {"user_id":"1700000000000x000000000000000042","email":"sync@example.com","account_type":"service",\#
                "role":"member","scopes":["a:read","b"],"status":"active","owner":"ann@example.com","ownerless":true,\#
                "purpose":"copies \"orders\"\u202e","created_at":"2023-11-14T22:13:20.000Z","token":null,\#
                "overlap":null,"previous_token":null}
                """#
        )
        #expect(account.text(now: now).contains("owner        ann@example.com (disabled: the account is ownerless)"))
        #expect(account.text(now: now).contains(#"purpose      copies "orders"\u202e"#))
        #expect(account.text(now: now).contains("scopes       a:read b"))
        #expect(account.listRow(now: now).hasSuffix("  sync@example.com (ownerless)"))
    }

    @Test func `an expired token is none`() throws {
        let account = try account("ann@example.com", .user, token: token(expiresInSeconds: 0))
        #expect(account.json(now: now).description.contains(#""token":null,"#))
        #expect(
            account.tokenJSON(now: now).description == """
                {"user_id":"1700000000000x000000000000000042","email":"ann@example.com","account_type":"user",\
                "issued_at":null,"expires_at":null,"expires":null,"renew_after":null,"issued_by":null,\
                "generation":null,"previous_token":null}
                """
        )
        #expect(account.tokenRow(now: now) == nil)
    }

    @Test func `an overlap shows whether the token before is still used, and from where`() throws {
        let source = RequestSource(address: IPAddress("192.0.2.1"), agent: "job/1")
        let previous = Account.PreviousToken(
            issuedAt: now.advanced(bySeconds: -9),
            until: now.advanced(bySeconds: 600),
            lastUse: .init(at: now, source: source)
        )
        let account = try account(
            "ann@example.com",
            .user,
            token: token(expiresInSeconds: 3600),
            overlapSeconds: 600,
            previousToken: previous
        )
        #expect(
            account.json(now: now).description.hasSuffix(
                """
                "overlap":600,"previous_token":{"issued_at":"2026-11-22T12:59:51.000Z",\
                "passes_until":"2026-11-22T13:10:00.000Z","last_used_at":"2026-11-22T13:00:00.000Z",\
                "last_used_from":"192.0.2.1","last_used_by":"job/1"}}
                """
            )
        )
        #expect(account.text(now: now).contains("overlap      10m after each renewal"))
        #expect(
            account.tokenText(now: now).hasSuffix(
                "previous     passes until 2026-11-22T13:10:00.000Z, last used 2026-11-22T13:00:00.000Z from 192.0.2.1 by job/1"
            )
        )
        #expect(!account.text(now: now.advanced(bySeconds: 600)).contains("previous"))
    }

    @Test func `rows stand under their header`() throws {
        let account = try account("ann@example.com", .user, role: .introspector, token: token(expiresInSeconds: 1))
        for (header, row) in [
            (Account.listHeader, account.listRow(now: now)),
            (Account.tokenListHeader, try #require(account.tokenRow(now: now))),
        ] {
            let column = try #require(header.firstRange(of: "EMAIL")).lowerBound.utf16Offset(in: header)
            #expect(row.dropFirst(column) == "ann@example.com")
        }
    }

    private func account(
        _ email: String,
        _ kind: Account.Kind,
        role: Account.Role = .member,
        scopes: [Scope] = [],
        token: Account.Token? = nil,
        overlapSeconds: Int64? = nil,
        previousToken: Account.PreviousToken? = nil
    ) throws -> Account {
        Account(
            id: try #require(AccountID("1700000000000x000000000000000042")),
            email: try EmailAddress(email),
            kind: kind,
            role: role,
            scopes: scopes,
            status: .active,
            hasPassword: true,
            passwordVersion: 1,
            generation: 3,
            token: token,
            overlapSeconds: overlapSeconds,
            previousToken: previousToken
        )
    }

    private func token(expiresInSeconds seconds: Int64) -> Account.Token {
        Account.Token(
            issuedAt: now.advanced(bySeconds: -3600),
            expiresAt: now.advanced(bySeconds: seconds),
            issuedBy: "operator:root"
        )
    }
}
