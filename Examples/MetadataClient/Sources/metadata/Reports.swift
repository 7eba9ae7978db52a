import Beehive
import MetaClient

/// What an agent sends: an event, a lease, and questions that only a cloud answers.
struct Reports {
    let reporter: NodeReporter
    let client: MetaClient

    func send() async throws {
        let now = SystemTime().now().wall
        guard let pod = try await client.pods.list(in: "site").objects.first else { return }
        try await reporter.record(
            Event(
                about: pod, name: "\(pod.name).\(now)", reason: "Inspected", message: "the inventory has seen it",
                component: "inventory", host: pod.nodeName, at: now))
        say("event recorded")

        var lease = Lease(name: "inventory-\(now)", namespace: "site")
        lease.holder = "inventory"
        lease.duration = .seconds(40)
        lease.renewed = now
        var held = try await reporter.create(lease)
        held.renewed = now + 1000
        held = try await reporter.update(held)
        say("lease held by \(held.holder), version \(held.resourceVersion.isEmpty ? "missing" : "known")")

        let wanted = TokenRequest(serviceAccount: ObjectName(namespace: "site", name: "gateway"))
        do {
            let answered = try await reporter.token(wanted)
            say("token \(answered.token == nil ? "missing" : "granted")")
        } catch let error as MetaClientError {
            // A folder issues none; a CloudCore does.
            say("no token: \(error.code)")
        }
        if try await reporter.certificateSigningRequest("no-such-request") == nil { say("no such certificate request") }
    }
}
