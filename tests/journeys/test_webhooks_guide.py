"""What docs/webhooks.md tells a receiver to run tells good events from bad ones."""

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from bridge.domain.secret import Secret
from bridge.domain.webhook import Webhook, headers

pytestmark = pytest.mark.slow

GUIDE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
NEW, OLD, FOREIGN = (Secret("whsec_" + letter * 43 + "=") for letter in "AQg")
BODY = '{"type":"session.ended","customer_id":"Grüße, \\u00e9"}'.encode()
Sent = tuple[Mapping[str, str], bytes]


def sent(secrets: tuple[Secret, ...] = (NEW,), at: float = 0.0) -> Mapping[str, str]:
    return headers(Webhook("https://shop.example.eu/hook", secrets), "end_1", BODY, time.time() + at)


def cases() -> list[tuple[bool, Sent]]:
    """Whether it is good, and what comes."""
    good = sent()
    return [
        (True, (good, BODY)),
        (True, (sent((FOREIGN, NEW)), BODY)),
        (True, (sent((NEW, OLD)), BODY)),
        (True, (sent(at=-250), BODY)),
        (False, (good, BODY + b" ")),
        (False, (good, b"")),
        (False, (sent((FOREIGN, OLD)), BODY)),
        (False, (sent(at=-400), BODY)),
        (False, (sent(at=400), BODY)),
        (False, ({**good, "webhook-id": "end_2"}, BODY)),
        (False, ({**good, "webhook-timestamp": str(int(time.time()) - 1)}, BODY)),
        (False, ({**good, "webhook-timestamp": "soon"}, BODY)),
        (False, ({**good, "webhook-signature": good["webhook-signature"].removeprefix("v1,")}, BODY)),
        (False, ({**good, "webhook-signature": ""}, BODY)),
        *(
            (False, ({name: value for name, value in good.items() if name != left}, BODY))
            for left in ("webhook-id", "webhook-timestamp", "webhook-signature")
        ),
    ]


#: How each language is run. The program reads a line of JSON for each case and prints true or false.
_MAINS = {
    "python": """
import json, sys
for line in sys.stdin:
    case = json.loads(line)
    print(json.dumps(verified(case["headers"], bytes.fromhex(case["body"]), case["secret"])))
""",
    "js": """
const input = (await import("node:fs")).readFileSync(0, "utf8").trim();
for (const line of input.split("\\n")) {
  const { headers, body, secret } = JSON.parse(line);
  console.log(verified(headers, Buffer.from(body, "hex"), secret));
}
""",
    "php": """
foreach (explode("\\n", trim(stream_get_contents(STDIN))) as $line) {
    $case = json_decode($line, true);
    echo verified($case['headers'], hex2bin($case['body']), $case['secret']) ? "true\\n" : "false\\n";
}
""",
    "go": """
func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var one struct {
			Headers      map[string]string
			Body, Secret string
		}
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			panic(err)
		}
		headers := http.Header{}
		for name, value := range one.Headers {
			headers.Set(name, value)
		}
		body, _ := hex.DecodeString(one.Body)
		fmt.Println(verified(headers, body, one.Secret))
	}
}
""",
    # Java reads no JSON by itself: lines of hexadecimal words, the headers' names and values among them.
    "java": """
class Main {
    static String text(String hex) { return new String(java.util.HexFormat.of().parseHex(hex)); }
    public static void main(String[] none) throws Exception {
        var lines = new java.io.BufferedReader(new java.io.InputStreamReader(System.in));
        for (String line; (line = lines.readLine()) != null; ) {
            String[] words = line.split(" ", -1);
            var headers = new java.util.HashMap<String, String>();
            for (int i = 2; i + 1 < words.length; i += 2) headers.put(text(words[i]), text(words[i + 1]));
            byte[] body = java.util.HexFormat.of().parseHex(words[1]);
            System.out.println(Webhook.verified(headers, body, text(words[0])));
        }
    }
}
""",
}


def as_json(case: Sent) -> str:
    given, body = case
    return json.dumps({"headers": dict(given), "body": body.hex(), "secret": NEW.reveal()})


def as_words(case: Sent) -> str:
    given, body = case
    words = [NEW.reveal().encode().hex(), body.hex()]
    return " ".join(words + [word.encode().hex() for pair in given.items() for word in pair])


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"there is no {name} on this machine")
    return found


def program(language: str, folder: Path) -> list[str]:
    """The command that runs the guide's example in one language."""
    (example,) = re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    source = example + _MAINS[language]
    match language:
        case "python":
            return [tool("python3"), _written(folder / "verify.py", source)]
        case "js":
            return [tool("node"), _written(folder / "verify.mjs", source)]
        case "php":
            return [tool("php"), _written(folder / "verify.php", "<?php\n" + source)]
        case "go":
            more = 'import (\n"bufio"\n"encoding/hex"\n"encoding/json"\n"fmt"\n"os"\n'
            return [tool("go"), "run", _written(folder / "main.go", source.replace("import (\n", more, 1))]
        case _:
            imports, rest = source[: source.index("class Webhook")], source[source.index("class Webhook") :]
            webhook, main = rest.split("class Main", 1)
            text = f"{imports}class Main{main}\n{webhook}"  # the first class of the file is run
            return [tool("java"), _written(folder / "Main.java", text)]


def _written(path: Path, source: str) -> str:
    path.write_text(source, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("language", list(_MAINS))
def test_the_guides_example_tells_good_from_bad(language: str, tmp_path: Path) -> None:
    write: Callable[[Sent], str] = as_words if language == "java" else as_json
    command = program(language, tmp_path)
    made = cases()
    lines = "\n".join(write(case) for _, case in made) + "\n"
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", str(tmp_path)),
        "GOTOOLCHAIN": "local",
        "GOFLAGS": "-mod=mod",
    }
    done = subprocess.run(
        command,
        check=False,
        input=lines,
        env=environ,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    said = [line.strip().lower() == "true" for line in done.stdout.splitlines()]
    assert said == [good for good, _ in made]
