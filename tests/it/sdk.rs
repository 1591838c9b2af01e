//! The simulator as the vendor's own libraries see it, where they are installed.

use std::process::Command;

use frontdesk::sim::Twilio;

use crate::specs::say;

const PYTHON: &str = r#"
import os, sys
try:
    from twilio.rest import Client
    from twilio.base.exceptions import TwilioRestException
except ImportError:
    sys.exit(77)
client = Client(os.environ["SID"], os.environ["TOKEN"])
client.api.base_url = os.environ["BASE"]
sent = client.messages.create(to="+14155552671", from_="+15551230000", body="Hi")
assert sent.status == "queued" and sent.num_segments == "1", sent
assert client.messages(sent.sid).fetch().status == "delivered"
assert [m.sid for m in client.messages.list(to="+14155552671")] == [sent.sid]
assert client.api.accounts(os.environ["SID"]).fetch().friendly_name == "Simulated"
try:
    client.messages.create(to="12", from_="+15551230000", body="Hi")
    sys.exit("21211 was expected")
except TwilioRestException as error:
    assert (error.status, error.code) == (400, 21211), error
client.messages(sent.sid).delete()
for product in ("lookups", "intelligence"):
    getattr(client, product).base_url = os.environ["BASE"]
found = client.available_phone_numbers("US").local.list(area_code=510, limit=1)[0]
assert found.phone_number.startswith("+1510") and found.capabilities["voice"], found
bought = client.incoming_phone_numbers.create(phone_number=found.phone_number, friendly_name="desk", voice_url="https://example.com/v")
assert [n.sid for n in client.incoming_phone_numbers.list(friendly_name="desk")] == [bought.sid]
assert client.incoming_phone_numbers(bought.sid).update(sms_url="https://example.com/s").voice_url == "https://example.com/v"
try:
    client.incoming_phone_numbers.create(phone_number=found.phone_number)
    sys.exit("21422 was expected")
except TwilioRestException as error:
    assert error.code == 21422, error
assert client.incoming_phone_numbers(bought.sid).delete() and len(client.incoming_phone_numbers.list()) == 1
request = client.validation_requests.create(phone_number="+14155552671", friendly_name="me")
assert len(request.validation_code) == 6, request
assert client.outgoing_caller_ids.list() == [] and client.recordings.list() == []
known = client.lookups.v2.phone_numbers("+14155552671").fetch(fields="line_type_intelligence")
assert known.valid and known.line_type_intelligence["type"] == "mobile", known
assert client.intelligence.v2.transcripts.list() == []
print("ok")
"#;

const NODE: &str = r#"
let twilio;
try { twilio = require("twilio"); } catch { process.exit(77); }
const http = require("node:http");
const assert = require("node:assert");
const base = new URL(process.env.BASE);
// The library has no setting for another host: its HTTP client is replaced by one that goes there.
const httpClient = {
  request: (opts) => new Promise((resolve, reject) => {
    const uri = new URL(opts.uri);
    for (const [k, v] of Object.entries(opts.params || {})) uri.searchParams.append(k, v);
    const body = opts.data ? new URLSearchParams(opts.data).toString() : "";
    const headers = { ...opts.headers, Authorization: "Basic " + Buffer.from(`${opts.username}:${opts.password}`).toString("base64") };
    if (body) headers["Content-Type"] = "application/x-www-form-urlencoded";
    const request = http.request({ host: base.hostname, port: base.port, method: opts.method, path: uri.pathname + uri.search, headers }, (answer) => {
      let text = "";
      answer.on("data", (piece) => (text += piece));
      answer.on("end", () => resolve({ statusCode: answer.statusCode, body: text ? JSON.parse(text) : undefined, headers: answer.headers }));
    });
    request.on("error", reject);
    request.end(body);
  }),
};
(async () => {
  const client = twilio(process.env.SID, process.env.TOKEN, { httpClient });
  const sent = await client.messages.create({ to: "+14155552671", from: "+15551230000", body: "Hi" });
  assert.equal(sent.status, "queued");
  assert.equal((await client.messages(sent.sid).fetch()).status, "delivered");
  assert.equal((await client.messages.list({ to: "+14155552671" })).length, 1);
  await assert.rejects(client.messages.create({ to: "12", from: "+15551230000", body: "Hi" }), (error) => error.code === 21211);
  assert.equal(await client.messages(sent.sid).remove(), true);
  console.log("ok");
})().catch((error) => { console.error(error); process.exit(1); });
"#;

async fn run(program: &str, flag: &str, script: &'static str) {
    let twilio = Twilio::start().await.unwrap();
    twilio.own_number("+15551230000".parse().unwrap());
    let mut command = Command::new(program);
    command.arg(flag).arg(script);
    command.env("SID", twilio.account_sid().as_str());
    command.env("TOKEN", twilio.auth_token().expose());
    command.env("BASE", twilio.base_url());
    command.env("NO_PROXY", "*");
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap();
    match output {
        Err(_) => say(format_args!("skipped: {program} is not installed")),
        Ok(output) if output.status.code() == Some(77) => {
            say(format_args!("skipped: {program} has no twilio library"));
        }
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{text}");
            say(format_args!("{program}: the vendor's library works"));
        }
    }
}

#[tokio::test]
async fn the_official_python_library_works() {
    run(&std::env::var("FRONTDESK_PYTHON").unwrap_or_else(|_| "python3".into()), "-c", PYTHON).await;
}

#[tokio::test]
async fn the_official_node_library_works() {
    run("node", "-e", NODE).await;
}
