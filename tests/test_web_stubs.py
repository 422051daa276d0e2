"""Gradio is imported whole, but writes nothing beside its source."""

import subprocess
import sys

PROGRAM = """
import sys
if sys.argv[1] == "quickly":
    import qa.web
    assert "gradio" not in sys.modules
import gradio.component_meta as meta
import gradio
assert gradio.Chatbot.EVENTS and hasattr(gradio.Chatbot, "like")
left = [finder for finder in sys.meta_path if type(finder).__module__ == "qa.web.stubs"]
print(meta.create_or_modify_pyi.__name__, left)
"""


def _printed(how: str) -> str:
    run = subprocess.run([sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, check=True, timeout=120)
    return run.stdout.strip()


def test_the_writer_of_stubs_is_gone_and_so_is_the_hook() -> None:
    assert _printed("quickly") == "<lambda> []"
    assert _printed("as ever") == "create_or_modify_pyi []"  # else gradio has changed, and qa.web.stubs is in vain
