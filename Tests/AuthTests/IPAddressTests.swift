import Testing

@testable import Auth

struct IPAddressTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
        ("::", "::"), ("::1", "::1"), ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
        ("2001:db8::1:0:0:1", "2001:db8::1:0:0:1"),
        ("::ffff:192.0.2.1", "192.0.2.1"), ("::FFFF:c000:201", "192.0.2.1"), ("0:0:0:0:0:ffff:0:0", "0.0.0.0"),
        ("::fffe:192.0.2.1", "::fffe:c000:201"),
    ])
    func `an address reads and is shown in its one form`(text: String, shown: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == shown)
        #expect(IPAddress(shown) == address)
    }

    @Test(arguments: [
        "", " ", "192.0.2", "192.0.2.1.5", "192.0.2.256", "192.0.2.01", "192.0.2.1 ", " 192.0.2.1", "+1.2.3.4",
        "0x1.2.3.4",
        "3221225985", "192.0.2.1:80", "[::1]", "[::1]:80", "::1%lo", "fe80::1%eth0", ":::", "1::2::3", "12345::", "::g",
        "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "192.0.2.1\0", "1\0.2.3.4", "unknown", "_hidden", "١.٢.٣.٤",
        "::ffff:1.2.3", String(repeating: "0", count: 46), String(repeating: "1.", count: 100_000),
    ])
    func `what is no plain address is refused`(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(arguments: ["127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"])
    func `loopback is known in both families`(text: String) {
        #expect(IPAddress(text)?.isLoopback == true)
        #expect(IPAddress("128.0.0.1")?.isLoopback == false)
        #expect(IPAddress("::2")?.isLoopback == false)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", "11.0.0.0"), ("192.0.2.1", "192.0.2.1", "192.0.2.2"),
        ("0.0.0.0/0", "255.1.2.3", "::1"), ("::/0", "2001:db8::1", "192.0.2.1"), ("::1", "::1", "::2"),
        ("2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::1"), ("192.0.2.4/31", "192.0.2.5", "192.0.2.6"),
        ("::ffff:10.0.0.0/104", "10.1.2.3", "11.0.0.0"), ("192.0.2.1/32", "::ffff:192.0.2.1", "::192.0.2.1"),
    ])
    func `a range holds the addresses of its prefix and family alone`(text: String, inside: String, outside: String)
        throws
    {
        let range = try #require(AddressRange(text))
        let (inside, outside) = (try #require(IPAddress(inside)), try #require(IPAddress(outside)))
        #expect(range.contains(inside))
        #expect(!range.contains(outside))
        #expect(AddressRange(range.description) == range)
    }

    @Test(arguments: [
        "", "/", "10.0.0.0/", "/8", "10.0.0.0/33", "::/129", "10.0.0.1/8", "2001:db8::1/64", "10.0.0.0/08",
        "10.0.0.0/+8",
        "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.0/ 8", "10.0.0.0/٨", "10.0.0.0/99999999999999999999", "10/8",
        "localhost",
        "::ffff:0:0/95", "10.0.0.0/255.0.0.0",
    ])
    func `what is no range, or has bits beyond its length, is refused`(text: String) {
        #expect(AddressRange(text) == nil)
    }

    @Test func `prefixes of any length are cut without a trap`() throws {
        let v4 = try #require(IPAddress("192.0.2.255"))
        let v6 = try #require(IPAddress("2001:db8:1:2:3:4:5:6"))
        #expect(AddressRange(containing: v4, prefixLength: 32).description == "192.0.2.255")
        #expect(AddressRange(containing: v4, prefixLength: 24).description == "192.0.2.0/24")
        #expect(AddressRange(containing: v6, prefixLength: 64).description == "2001:db8:1:2::/64")
        #expect(AddressRange(containing: v6, prefixLength: 48).description == "2001:db8:1::/48")
        for length in [-1, 0] {
            #expect(AddressRange(containing: v4, prefixLength: length).description == "0.0.0.0/0")
            #expect(AddressRange(containing: v6, prefixLength: length).description == "::/0")
        }
        #expect(AddressRange(containing: v6, prefixLength: 1000).base == v6)
    }
}
