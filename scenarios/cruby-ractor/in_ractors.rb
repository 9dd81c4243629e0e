# Runs the work in Ractors: threads of one process with one heap, which the interpreter must keep apart.
WORKERS = 8

total = Array.new(WORKERS) { Ractor.new { Work.run } }.sum(&:take)
puts "total #{total}"
