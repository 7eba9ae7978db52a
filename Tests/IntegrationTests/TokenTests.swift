#if DEBUG
    import Beehive
    import FakeCloud
    import Testing

    /// Tokens of service accounts and the cluster's authority, through the real binary.
    @Suite("Tokens and the cluster's authority", .serialized, .timeLimit(.minutes(5)))
    struct TokenTests {
        static let key = "default/serviceaccounttoken/demo"

        static func request(_ audience: String = "api") -> Content {
            Objects.content(#"{"spec":{"audiences":["\#(audience)"],"expirationSeconds":3600,"boundObjectRef":null}}"#)
        }

        static func token(_ text: String, endsIn seconds: Int64) -> Content {
            let end = KubernetesTimestamp.text(SystemTime().now().wall + seconds * 1000)
            return Objects.content(
                #"{"metadata":{"name":"demo","namespace":"default"},"spec":{"audiences":["api"],"#
                    + #""expirationSeconds":3600},"status":{"token":"\#(text)","expirationTimestamp":"\#(end)"}}"#)
        }

        @Test("a token is asked once and then comes from the store, also offline; another request is another token")
        func stored() async throws {
            try await Node.with { node in
                node.answer(.query, Self.key, Self.token("one", endsIn: 3600))
                #expect(try await node.ask(.edged, .query, Self.key, Self.request()).route.operation == .response)
                let again = try await node.ask(.edged, .query, Self.key, Self.request())
                #expect(String(decoding: again.content.json, as: UTF8.self).contains("one"))
                #expect(node.sent(.query, Self.key).count == 1)
                _ = try await node.ask(.edged, .query, Self.key, Self.request("other"))
                #expect(node.sent(.query, Self.key).count == 2)
                try await node.goOffline()
                let offline = try await node.ask(.edged, .query, Self.key, Self.request())
                #expect(String(decoding: offline.content.json, as: UTF8.self).contains("one"))
            }
        }

        @Test("a token past 80 % of its life is asked for again")
        func due() async throws {
            try await Node.with { node in
                node.answer(.query, Self.key, Self.token("old", endsIn: 600))
                for _ in 0..<2 { _ = try await node.ask(.edged, .query, Self.key, Self.request()) }
                #expect(node.sent(.query, Self.key).count == 2)
            }
        }

        @Test("a token that has ended is no answer")
        func ended() async throws {
            try await Node.with { node in
                node.answer(.query, Self.key, Self.token("dead", endsIn: -1))
                _ = try await node.ask(.edged, .query, Self.key, Self.request())
                try await node.goOffline()
                let told = try await node.ask(.edged, .query, Self.key, Self.request())
                #expect(told.route.operation == .error && told.content.string?.hasPrefix("Expired") == true)
            }
        }

        @Test("k8s/ca.crt is asked once, and comes from the store offline")
        func authority() async throws {
            try await Node.with { node in
                node.answer(.query, "k8s/ca.crt", Content(text: "PEM"))
                #expect(try await node.ask(.edged, .query, "k8s/ca.crt").content.string == "PEM")
                try await node.goOffline()
                #expect(try await node.stored("k8s/ca.crt") == ["PEM"])
            }
        }
    }
#endif
