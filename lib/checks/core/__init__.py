"""What all checks share, in the order in which an answer goes through it.

- `registry`: the exercises that can be checked
- `judging`: `check` itself, which tries an answer and finds out what is the matter with it
- `calling`: call an answer, on copies and with a readable report of errors
- `time_limit`: stop it when its time is over
- `settings`: leave folder, generators and options as they were
- `reading`: make plain data of what it returned, while its time still runs
- `results`: take what it returned in any form, and compare it
- `draws`: find data on which wrong programs show
- `networks`: the same for Keras models
- `mistakes`: the mistakes that students make, and the words about them
- `feedback`: what is said in the end
"""
