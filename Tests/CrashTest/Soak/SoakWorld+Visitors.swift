import Beehive
import BeehiveSocket
import FakeCloud
import Glibc
import NIOPosix

/// Modules that come and go.
extension SoakWorld {
    private enum Habit: UInt64 {
        /// Takes what comes and asks much.
        case eager
        /// Takes a message now and then.
        case slow
        /// Never takes anything.
        case deaf
    }

    private static var group: ModuleGroup { "soak" }

    /// One module after the other, under names that come again.
    func visit(_ number: Int) async {
        var random = SeededRandom(seed: seed &+ 1000 &+ UInt64(number))
        while isRunning {
            await rest(size.longestStay * Double(random.next() % 100) / 400)
            guard isRunning else { return }
            let name = ModuleName("soak-\(number)-\(random.next() % 4)")
            // The daemon may be at its bound of connections for a moment.
            guard
                let client = try? await BeehiveModuleClient.connect(
                    path: socket, name: name, group: Self.group, on: MultiThreadedEventLoopGroup.singleton)
            else { continue }
            ledger.withLock { $0.visits += 1 }
            let stay = size.longestStay * Double(1 + random.next() % 100) / 100
            let habit = Habit(rawValue: random.next() % 5) ?? .eager
            let reading = Task { await self.read(client, habit) }
            let end = ContinuousClock.now + .milliseconds(Int64(stay * 1000))
            while isRunning, ContinuousClock.now < end {
                await ask(client, &random)
                await rest(0.5 + Double(random.next() % 200) / 100)
            }
            reading.cancel()
            await client.close()
            await reading.value
        }
    }

    private func read(_ client: BeehiveModuleClient, _ habit: Habit) async {
        guard habit != .deaf else { return }
        for await message in client.messages {
            if message.header.sync { try? await client.respond(to: message, content: .ok) }
            if habit == .slow { try? await Task.sleep(for: .milliseconds(500)) }
        }
    }

    /// What is stored, what is not and has to come from the cloud, a list, a word to the others.
    private func ask(_ client: BeehiveModuleClient, _ random: inout SeededRandom) async {
        let near = random.next() % 3000
        let stored = random.next() % UInt64(max(1, size.objects * 4 / 10))
        switch random.next() % 16 {
        case 0..<6: await query("default/configmap/thing-\(stored / 3 * 3)", client)
        case 6..<12: await query("default/configmap/near-\(near)", client)
        case 12: await query("default/endpoints", client)
        case 13: await query("default/secret/thing-\(stored / 6 * 3)", client)
        default:
            var message = client.message(.update, "default/word/\(near)", destination: Self.group.rawValue)
            message.content = Content(["text": JSONValue(text: String(repeating: "y", count: 200 + Int(near)))])
            // Whose connection was cut off says nothing more.
            try? await client.send(message)
        }
    }

    private func query(_ resource: String, _ client: BeehiveModuleClient) async {
        guard let answer = try? await client.request(client.message(.query, resource), within: .seconds(20)) else {
            return
        }
        ledger.withLock { ledger in
            if answer.route.operation == .error { ledger.refusals += 1 } else { ledger.answers += 1 }
        }
    }
}
