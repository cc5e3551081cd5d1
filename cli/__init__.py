"""What the operator types: above everything, with the same room names. ``TOOLS`` is the only list of commands."""

from cli import (
    actus,
    annonce,
    annuaire,
    backup,
    canaux,
    cra,
    demo,
    demo_data,
    doctor,
    donnees,
    guard,
    hotline,
    jobs,
    journal,
    migrate,
    moderation,
    people,
    ressources,
    serve,
    setup,
    sondage,
    stats,
    work,
)

TOOLS = (
    *(serve.tool, migrate.tool, setup.tool, doctor.tool, people.tool, canaux.tool, jobs.tool, work.tool, backup.tool),
    *(cra.tool, annuaire.tool, ressources.tool, annonce.tool, actus.tool, sondage.tool, stats.tool, hotline.tool),
    *(journal.tool, moderation.tool, guard.tool, donnees.tool),
    *(demo_data.tool, demo.tool),
)
