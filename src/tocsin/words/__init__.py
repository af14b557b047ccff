"""Sentences for people from message keys and values, in their language. Pure, no Qt.

voice                     a catalogue, a time zone, and the sentences' small parts: lists of names, quotations
times, zones              clock times, spans and durations; the computer's own zone
plain                     text from outside, made harmless
values                    a message's values, whatever really stands in them
vocabulary                a word for each level, severity, phase, end and kind
advice                    what to do meanwhile
estimates, ends, reach    sentences that more than one place needs
reports, verdicts         what provider and line say together: half sentences, the whole one, advice and next step
standing                  the verdict on a connection, as a sentence and as a headline
line                      the user's own line: states, causes, figures, titles of what only it showed
messages                  what the sentences of several messages share
notifications             a title and a body for every message key
line_notifications        those about the line
faults                    what keeps Tocsin from its work, and the remedy
window, tooltip           the sentences of the window and of the tray
phrasebook                all of these in one place
speaker                   what the engine needs of it
languages                 which language to speak
marking                   a mark on sentences that are said elsewhere
system, complaints        what the system gives for a reason; what went wrong with a command
events, checked           what ``watch`` and ``check`` print for a person
scenarios                 what is wrong in a scenario file of the simulator
"""
