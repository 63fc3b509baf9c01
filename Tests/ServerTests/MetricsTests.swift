import Foundation
import Testing

@testable import Server

/// The metrics port.
@Suite(.timeLimit(.minutes(5)))
struct MetricsTests {
    /// Each sample's value by its name and labels; nil when a line is not of the text format.
    private func parse(_ text: String) -> [String: Double]? {
        var samples: [String: Double] = [:]
        var types: [String: String] = [:]
        for line in text.split(separator: "\n") {
            if let type = line.wholeMatch(of: #/# TYPE ([a-z_]+) (counter|gauge|histogram)/#) {
                guard types.updateValue(String(type.output.2), forKey: String(type.output.1)) == nil else { return nil }
            } else if line.hasPrefix("# HELP ") {
                continue
            } else if let sample = line.wholeMatch(of: #/(([a-z_]+)(?:\{(?:[a-z]+="[^"\\]*",?)+\})?) ([0-9.e+-]+)/#),
                let value = Double(sample.output.3)
            {
                let family = String(sample.output.2).replacing(#/_(bucket|sum|count)$/#, with: "")
                guard types[family] != nil || types[String(sample.output.2)] != nil else { return nil }
                guard samples.updateValue(value, forKey: String(sample.output.1)) == nil else { return nil }
            } else {
                return nil
            }
        }
        return samples
    }

    private func requests(_ route: String, _ status: Int) -> String {
        "latchkey_requests_total{route=\"\(route)\",status=\"\(status)\"}"
    }

    @Test func `what was answered is counted by route and status, whoever answered`() async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.signedIn()
        let text = try await LiveServer.run(seed) {
            $0.metricsPort = 0
        } _: { server in
            for _ in 0..<3 { _ = try await server.get("/api-token-status", .bearer(account.token)) }
            _ = try await server.get("/api-token-status")
            _ = try await server.post("/api-token-status", .bearer(account.token))
            _ = try await server.get("/api-basic-auth")
            _ = try await server.get("/nothing")
            _ = try await server.bytes("junk\r\n\r\n")
            _ = try await server.token(account.email)
            let answer = try await server.answer("GET", "/metrics", port: server.metricsPort)
            #expect(answer.status == 200)
            #expect(answer["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(answer["cache-control"] == "no-store")
            return answer.body
        }
        let samples = try #require(parse(text), "\(text)")
        #expect(samples[requests("token-status", 200)] == 4)
        #expect(samples[requests("token-status", 401)] == 1)
        #expect(samples[requests("basic-auth", 400)] == 1)
        #expect(samples[requests("unknown", 404)] == 1)
        #expect(samples[requests("refused", 400)] == 1)
        #expect(samples[requests("token-generate", 200)] == 1)
        let duration = "latchkey_request_duration_seconds"
        #expect(samples["\(duration)_count{route=\"token-status\"}"] == 5)
        #expect(samples["\(duration)_bucket{route=\"token-status\",le=\"+Inf\"}"] == 5)
        #expect(samples["\(duration)_sum{route=\"token-status\"}"].map { $0 > 0 && $0 < 60 } == true)
        let buckets = samples.filter { $0.key.hasPrefix("\(duration)_bucket{route=\"token-status\"") }
        #expect(buckets.count == 17)
        #expect(samples["latchkey_connections_total"] == 10)
        #expect(samples["latchkey_connections_open"].map { $0 >= 1 } == true)
        #expect(samples["process_resident_memory_bytes"].map { $0 > 1_000_000 } == true)
        #expect(samples["process_start_time_seconds"].map { $0 > 1_700_000_000 } == true)
        #expect(!text.contains(account.email) && !text.contains(account.token))
    }

    @Test func `the metrics port serves nothing else, and nothing else serves metrics`() async throws {
        let seed = try await SeededStore.shared.value
        try await LiveServer.run(seed) {
            $0.metricsPort = 0
        } _: { server in
            let port = try #require(server.metricsPort)
            for path in ["/", "/health/alive", "/api/1.1/wf/api-token-status", "/metrics/"] {
                let answer = try await server.answer("GET", path, port: port)
                #expect(answer.status == 404)
                #expect(answer["access-control-allow-origin"] == nil)
            }
            #expect(try await server.answer("HEAD", "/metrics", port: port).status == 200)
            #expect(try await server.answer("POST", "/metrics", port: port).status == 405)
            #expect(try await server.answer("GET", "/metrics").status == 404)
        }
    }
}
