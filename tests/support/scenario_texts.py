"""Scenario files for tests: a head to add steps to, and one with every deed."""

HEAD = """
[day]
name = "A day"
start = "12:00"
[[services]]
id = "S1"
[[services]]
id = "S2"
[[problems]]
id = "P1"
name = "Broken"
services = ["S1"]
tickets = ["T1", "T2"]
priority = 3
[[problems]]
id = "P2"
name = "Planned"
services = ["S2"]
"""
FULL = f"""{HEAD}
[[steps]]
at = 12:00:00
do = "declare"
problem = "P1"
began = "11:50"
estimate = "14:00"
[[steps]]
at = "12:10"
do = "announce"
problem = "P2"
start = "+1 02:00"
end = "+1 03:00"
[[steps]]
at = "12:15"
do = "replan"
problem = "P2"
start = "+1 03:00"
[[steps]]
at = "12:20"
do = "estimate"
problem = "P1"
ticket = "T2"
estimate = "15:00"
[[steps]]
at = "12:30"
do = "retract"
problem = "P1"
text = "No estimate any more, since {{12:30}}."
[[steps]]
at = "12:40"
do = "revise"
problem = "P1"
priority = 1
impact_factor = 90
services = ["S1", "S2"]
characteristics = {{ impact = "down", seen = 3 }}
[[steps]]
at = "12:45"
do = "note"
problem = "P1"
text = "Still at it."
author = "Desk"
[[steps]]
at = "12:50"
do = "fail"
status = 429
retry_after = 30
where = "tickets"
[[steps]]
at = "12:55"
do = "recover"
[[steps]]
at = "13:00"
do = "resolve"
problem = "P1"
reason = "Repaired"
[[steps]]
at = "13:10"
do = "status"
problem = "P1"
status = "inProgress"
[[steps]]
at = "13:20"
do = "drop"
problem = "P1"
[[steps]]
at = "13:30"
do = "declare"
problem = "P1"
"""
