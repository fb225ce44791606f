"""The `snow` CLI, loaded once: each command runs the CLI's own main in a process of its own.

Loading it takes longer than most commands. `python support/snow.py` reads a command as a JSON line
(its arguments, its folder, where its output goes), forks, and answers the exit code.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from typing import Any


def main() -> None:
    import snowflake.cli._plugins.snowpark.commands
    import snowflake.cli._plugins.sql.commands
    import snowflake.cli._plugins.stage.commands
    import snowflake.cli._plugins.streamlit.commands  # noqa: F401 - each takes its time to load
    from snowflake.cli._app.__main__ import main as snow

    for line in sys.stdin:
        command: dict[str, Any] = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(snow, command)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _run(snow: Any, command: dict[str, Any]) -> None:
    code = 1
    try:
        output = os.open(command["stdout"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        errors = os.open(command["stderr"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output, 1)
        os.dup2(errors, 2)
        os.chdir(command["folder"])
        sys.argv = ["snow", *command["arguments"]]
        try:
            snow()
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        except BaseException:  # noqa: BLE001
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
